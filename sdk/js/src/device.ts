// The family of browser and system, and classes of sizes: never the user agent, a model, a width.

import type { Properties } from './filter';

const SYSTEMS = /Windows|Android|iPhone|iPad|Mac OS X|CrOS|Linux/;
const BROWSERS = /(Edg|OPR|CriOS|FxiOS|Firefox|Chrome|Version)\w*\/(\d+)/g;

/** Where the user agent's word is not what the field calls it. */
const NAMES: Record<string, string> = {
    Edg: 'Microsoft Edge', OPR: 'Opera', CriOS: 'Chrome iOS',
    FxiOS: 'Firefox iOS', Version: 'Safari', iPhone: 'iOS', iPad: 'iOS', CrOS: 'Chrome OS',
};

export function describeDevice(): Properties {
    const { userAgent, language, maxTouchPoints } = navigator;
    const system = SYSTEMS.exec(userAgent)?.[0] ?? 'other';
    // Whoever calls itself two things is the later one: "Chrome/156 Safari/537 Edg/156".
    const [, browser = 'other', version] = [...userAgent.matchAll(BROWSERS)].pop() ?? [];
    const width = innerWidth;
    const screenClass =
        width < 600 ? 'phone' : width < 1024 ? 'tablet' : width < 1600 ? 'laptop' : 'wide';
    const isHandheld = maxTouchPoints > 1 && /And|iP|Mac/.test(system);
    const isPhone = Math.min(screen.width, screen.height) < 600;
    return {
        $os: NAMES[system] ?? system,
        $browser: NAMES[browser] ?? browser,
        $browser_version: version ? +version : '',
        $device_type: !isHandheld ? 'desktop' : isPhone ? 'phone' : 'tablet',
        $screen_class: screenClass,
        $language: (language ?? '').slice(0, 2).toLowerCase(),
    };
}
