// The family of browser and system, and classes of sizes: never the user agent, a model, a width.

import type { Properties } from './filter';

const SYSTEMS: readonly (readonly [string, RegExp])[] = [
    ['Windows', /Windows/], ['Android', /Android/], ['iOS', /iPhone|iPad|iPod/],
    ['Mac OS X', /Mac OS|Macintosh/], ['Chrome OS', /CrOS/], ['Linux', /Linux/],
];

const BROWSERS: readonly (readonly [string, RegExp])[] = [
    ['Microsoft Edge', /Edg\w*\/(\d+)/], ['Opera', /OPR\/(\d+)/],
    ['Samsung Internet', /SamsungBrowser\/(\d+)/], ['Chrome iOS', /CriOS\/(\d+)/],
    ['Firefox iOS', /FxiOS\/(\d+)/], ['Firefox', /Firefox\/(\d+)/], ['Chrome', /Chrome\/(\d+)/],
    ['Mobile Safari', /Version\/(\d+).*Mobile.*Safari/], ['Safari', /Version\/(\d+).*Safari/],
];

export function describeDevice(): Properties {
    const { userAgent, language } = navigator;
    const system = SYSTEMS.find(([, pattern]) => pattern.test(userAgent));
    const browser = BROWSERS.find(([, pattern]) => pattern.test(userAgent));
    const short = Math.min(screen.width, screen.height);
    const isTouched = navigator.maxTouchPoints > 1;
    const isPhone = /iPhone|Android.*Mobile/.test(userAgent) || (isTouched && short < 600);
    const isTablet = !isPhone && isTouched && (short < 1100 || /iPad/.test(userAgent));
    const width = innerWidth;
    const speed = (navigator as any).connection?.effectiveType;
    const said = /^[a-z]{2}/i.exec(language ?? '');
    const all: Properties = {
        $os: system ? system[0] : 'other',
        $browser: browser ? browser[0] : 'other',
        $device_type: isPhone ? 'phone' : isTablet ? 'tablet' : 'desktop',
        $screen_class:
            width < 600 ? 'phone' : width < 1024 ? 'tablet' : width < 1600 ? 'laptop' : 'wide',
    };
    if (browser) all['$browser_version'] = +browser[1].exec(userAgent)![1]!;
    if (/^(?:slow-)?[2-5]g$/.test(speed)) all['$connection_type'] = speed;
    if (said) all['$language'] = said[0].toLowerCase();
    return all;
}
