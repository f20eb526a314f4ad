// The SDKs that are looked at, each as its makers' documents tell how to switch autocapture on.
import fs from 'node:fs';
import path from 'node:path';
import { COLLECTOR } from './leak-site.mjs';

const here = import.meta.dirname;
const packages = path.join(here, 'node_modules');

const HOOKS = {
    throws: "beforeSend:()=>{throw new Error('hook')}",
    promise: 'beforeSend:async(record)=>record',
};

export const sdks = {
    candor: {
        file: path.join(here, '../../sdk/js/dist/candor.js'),
        missing: './dev sdk builds it',
        start: ({ hook }) =>
            `candor.init({key:'bench',host:'${COLLECTOR}',autocapture:true,${HOOKS[hook] ?? ''}})`,
        settleMs: 0,
        flushMs: 260,
        optOut: 'candor.optOut()',
        told: {
            view: /"event":"\$mp_web_page_view"/,
            click: /"event":"\$mp_click"(?=.*"\$el_tag_name":"[a-z]+")/,
            change: /"event":"\$mp_input_change"/,
            submit: /"event":"\$mp_submit"/,
            drop: /"event":"\$candor_drops"/,
        },
        isOurs: true,
    },
    mixpanel: {
        file: path.join(packages, 'mixpanel-browser/dist/mixpanel.umd.js'),
        start: ({ hook }) => {
            const auto = hook
                ? "{pageview:'full-url',block_element_callback:()=>{throw new Error('hook')}}"
                : 'true';
            return `mixpanel.init('bench',{api_host:'${COLLECTOR}',batch_requests:false,` +
                "api_payload_format:'json',ignore_dnt:true,persistence:'localStorage'," +
                `autocapture:${auto}})`;
        },
        settleMs: 200,
        flushMs: 450,
        told: {
            view: /"event":\s*"\$mp_web_page_view"/,
            click: /"event":\s*"\$mp_click"/,
            change: /"event":\s*"\$mp_input_change"/,
            submit: /"event":\s*"\$mp_submit"/,
            drop: /"event":/,
        },
    },
    posthog: {
        file: path.join(packages, 'posthog-js/dist/array.full.no-external.js'),
        start: ({ hook, id }) =>
            `posthog.init('phc_bench',{api_host:'${COLLECTOR}',disable_compression:true,` +
            'request_batching:false,opt_out_useragent_filter:true,capture_performance:false,' +
            "persistence:'localStorage',disable_session_recording:true,capture_heatmaps:true," +
            `autocapture:{capture_copied_text:${id === 'A34'}}` +
            `${hook ? ",before_send:()=>{throw new Error('hook')}" : ''}})`,
        answers: [{
            match: /\/(?:flags|array|decide)/,
            body: {
                supportedCompression: [], featureFlags: {}, autocapture_opt_out: false,
                hasFeatureFlags: false, sessionRecording: false,
            },
        }],
        settleMs: 300,
        flushMs: 450,
        told: {
            view: /"event":\s*"\$pageview"/,
            click: /"event":\s*"\$autocapture"(?=.*"\$event_type":\s*"click")/,
            change: /"event":\s*"\$autocapture"(?=.*"\$event_type":\s*"change")/,
            submit: /"event":\s*"\$autocapture"(?=.*"\$event_type":\s*"submit")/,
            drop: /"event":/,
        },
    },
};

/** The SDK with its script; throws with what to do when it is not there. */
export function loadSdk(name) {
    const sdk = sdks[name];
    if (!fs.existsSync(sdk.file)) {
        throw new Error(`no ${name} at ${sdk.file}: ${sdk.missing ?? 'npm ci'}`);
    }
    return { name, answers: [], ...sdk, script: fs.readFileSync(sdk.file, 'utf8') };
}
