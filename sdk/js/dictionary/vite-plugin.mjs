// A plug-in for vite (and rollup): collects the texts of the modules that a build really uses, and puts
// candor-dictionary.txt beside the bundle.
import { dictionaryOf, fileOf, textsOf } from './collect.mjs';

export function candorDictionary({ fileName = 'candor-dictionary.txt', salt } = {}) {
    const texts = new Set();
    return {
        name: 'candor-dictionary',
        apply: 'build',
        enforce: 'pre', // before anything is compiled away
        buildStart() {
            texts.clear();
        },
        transform(code, id) {
            if (/[\\/]node_modules[\\/]/.test(id)) return null;
            for (const text of textsOf(code)) texts.add(text);
            return null; // the code stays as it is
        },
        transformIndexHtml(page) {
            for (const text of textsOf(page)) texts.add(text);
        },
        generateBundle() {
            const source = fileOf(dictionaryOf(texts, salt));
            this.emitFile({ type: 'asset', fileName, source });
        },
    };
}
