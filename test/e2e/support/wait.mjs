// Waiting is asking again until a deadline, never a fixed sleep.

export function sleep(ms) {
    return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The first answer of the question that is truthy; throws when there is none in time. */
export async function until(question, { seconds = 30, every = 20, what = 'it' } = {}) {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
        const answer = await question();
        if (answer) return answer;
        if (Date.now() > deadline) throw new Error(`${what} did not come within ${seconds} s`);
        await sleep(every);
    }
}
