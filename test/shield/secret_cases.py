"""What each rule of secrets.rules must find and must let pass, for make_vectors_secrets.py.

`make`: makers of secrets, used in turn; `near`: near misses and look-alikes; `also` and `hard`:
whole (key, value) pairs; `wraps`, `hidden`,
`keys`: instead of the usual surroundings; `not_benign`:
keys of the common benign pool that this rule may take."""

import json

from secret_shapes import (ALNUM, B32, BECH32, DIGIT, LOWER, R, UPPER, URL64, b64, b64url,
                           base58check,
                           bech32, candor, certificate, crc_token, der, draw, grafana, hexes, jwt,
                           mixed, octets, pem, phrase, uuid)
from secret_more_cases import MORE_CASES

CASES = dict(MORE_CASES)


def shape(prefix, alphabet, size, tail=''):
    pick = hexes if alphabet == 'hex' else lambda n: mixed(alphabet, n)
    return lambda: prefix + pick(size) + tail


def misses(prefix, alphabet, size, *more):
    """Too short, too long, in another charset, inside a word, a placeholder: none is a key."""
    pick = hexes if alphabet == 'hex' else lambda n: mixed(ALNUM, n)

    def near():
        return [('note', prefix + pick(8)), ('note', prefix + 'x' * size),
                ('note', f'{prefix}<your-key>'), ('note', f'{prefix}...'),
                ('note', f'use the {prefix} prefix'), ('note', 'my' + prefix + 'word'),
                ('label', prefix + 'example'), ('note', prefix),
                *[('note', value) for value in more]]
    return near


def aws_id(prefix):
    return lambda: prefix + ''.join(R.choice(B32) for _ in range(15)) + R.choice('234567')


CASES['S01'] = {
    'make': [aws_id(p) for p in 'AKIA ASIA AROA AIDA AGPA AIPA ANPA ANVA ABIA ACCA'.split()],
    'also': [('a', 'AKIAQ7ZLR5TX2ND4MPEW'), ('note', 'AKIAIOSFODNN7EXAMPLE')],
    'near': lambda: [
        ('note', 'AKIA' + 'Q7ZLR5TX2ND4MPE'), ('note', 'AKIAQ7ZLR5TX2ND4MPEWABC'),
        ('note', 'AKIA0189LR5TX2ND4MPE'), ('note', 'akiaq7zlr5tx2nd4mpew'),
        ('note', 'xAKIAQ7ZLR5TX2ND4MPEW'), ('region', 'ASIAPACIFICSOUTHEAST'),
        ('note', 'ASIATICMANAGEMENTLTD'), ('note', 'AIDAOPERAPERFORMANCE'),
        ('note', 'AKIAXXXXXXXXXXXXXXXX'), ('note', 'ANPASSUNGENVORNEHMEN')],
}


def aws_secret():
    return mixed(ALNUM + '/+', 40)


CASES['S02'] = {
    'make': [lambda: f'aws secret {aws_secret()}', lambda: f'aws_secret_access_key={aws_secret()}',
             lambda: f'secretAccessKey: "{aws_secret()}"', lambda: f'AWS key {aws_secret()}',
             lambda: f'AWS_SECRET_ACCESS_KEY = {aws_secret()}'],
    'near': lambda: [
        ('note', f'aws secret {mixed(ALNUM, 39)}'), ('note', f'aws secret {mixed(ALNUM, 41)}'),
        ('note', 'aws commit ' + hexes(40)), ('note', 'secret access key rotated'),
        ('note', 'aws_secret_access_key=' + 'x' * 40), ('note', 'aws_secret_access_key=${SECRET}'),
        ('note', 'aws_secret_access_key=<your secret access key goes in here>'),
        ('note', 'amazon forty letters aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd'),
        ('note', 'the aws secret manager costs 0.40 a month')],
    'not_benign': ('nano',),
}
CASES['S03'] = {
    'make': [shape('AIza', URL64, 35), lambda: 'AIzaSy' + mixed(URL64, 33)],
    'near': lambda: [('note', 'AIza' + mixed(ALNUM, 34)), ('note', 'AIza' + mixed(ALNUM, 36)),
                     ('note', 'aiza' + mixed(ALNUM, 35)), ('note', 'xAIza' + mixed(ALNUM, 35)),
                     ('note', 'AIza'), ('note', 'AIza key'), ('note', 'AIzaSy...'),
                     ('name', 'Aiza Khan')],
}
CASES['S04'] = {
    'make': [shape('ya29.', URL64, 120), shape('GOCSPX-', URL64, 28), shape('1//0', URL64, 60),
             lambda: 'ya29.a.' + mixed(URL64, 90), lambda: 'ya29.c.' + mixed(URL64, 200)],
    'near': misses('ya29.', URL64, 60, 'GOCSPX-' + mixed(ALNUM, 27), 'GOCSPX-' + mixed(ALNUM, 30),
                   'maya29.com', 'ratio 1//0 undefined'),
}


def service_account(escape):
    text = json.dumps({'type': 'service_account', 'project_id': 'shop-' + draw(DIGIT, 6),
                       'private_key_id': hexes(40),
                       'private_key': pem('PRIVATE KEY', der(300, 'pkcs8')) + '\n',
                       'client_email': 'ci@shop.iam.gserviceaccount.com'})
    return json.dumps(text) if escape else text


CASES['S05'] = {
    'make': [lambda: service_account(False), lambda: service_account(True),
             lambda: '{"type":"service_account","private_key_id":"%s","client_email":'
                     '"x@y.iam.gserviceaccount.com"}' % hexes(40)],
    'near': lambda: [
        ('note', '{"type":"service_account"}'), ('note', 'create a service_account first'),
        ('note', 'service_account_created'), ('event', 'service_account_deleted'),
        ('note', 'private_key missing'), ('note', 'service_account without private_key'),
        ('note', 'ci@shop.iam.gserviceaccount.com'), ('note', '{"type":"authorized_user"}')],
}
CASES['S06'] = {
    'make': [
        lambda: 'DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=' + b64(octets(64)),
        lambda: 'AccountKey=' + b64(octets(64)) + ';EndpointSuffix=core.windows.net',
        lambda: 'Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey='
                + b64(octets(32)),
        lambda: 'https://shop.blob.core.windows.net/c?sv=2024-11-04&se=2027-01-01&sr=c&sp=rl&sig='
                + b64url(octets(32)) + '%3D',
        lambda: '?sp=r&st=2026-11-22&se=2026-11-23&sv=2024-11-04&sr=b&sig=' + b64url(octets(32))],
    'near': lambda: [
        ('note', 'AccountKey='), ('note', 'AccountKey=${KEY}'), ('note', 'AccountKey=short=='),
        ('note', 'AccountKey=' + 'A' * 86 + '=='), ('note', 'AccountKey=<account key>'),
        ('note', 'sv=1&se=2'), ('note', 'config=1&design=2'), ('note', 'sig=ok'),
        ('note', 'SharedAccessKey=*****')],
}


def azure():
    return mixed(ALNUM, 3) + R.choice('78') + 'Q~' + mixed(ALNUM + '_~-', R.randrange(31, 35))


CASES['S07'] = {
    'make': [azure],
    'near': lambda: [
        ('note', 'abc8Q~' + mixed(ALNUM, 30)), ('note', 'abc8Q~' + mixed(ALNUM, 36)),
        ('note', '8Q~' + mixed(ALNUM, 33)), ('note', 'abc8Q-' + mixed(ALNUM, 33)),
        ('note', 'abcdef8Q~' + mixed(ALNUM, 33)), ('note', '8Q~'), ('note', 'Q~'),
        ('note', 'abc8Q~' + 'x' * 33)],
    'not_benign': (),
}


def spoiled(prefix):
    token = crc_token(prefix)
    return token[:-1] + ('a' if token[-1] != 'a' else 'b')


CASES['S08'] = {
    'make': [lambda p=p: crc_token(p) for p in ('ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_')]
            + [lambda: 'github_pat_' + mixed(ALNUM, 22) + '_' + mixed(ALNUM, 59)],
    'also': [('note', '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')],
    'near': lambda: [
        *[('note', spoiled(p)) for p in ('ghp_', 'gho_', 'ghu_', 'ghs_')],
        ('note', crc_token('ghp_')[:-1]), ('note', crc_token('ghp_') + 'x'),
        ('note', crc_token('ghx_')), ('note', 'ghp_' + 'x' * 36), ('note', 'highp_' + 'a' * 36),
        ('note', 'github_pat_' + mixed(ALNUM, 22)), ('note', 'ghp_your_token_here')],
}
CASES['S09'] = {
    'make': [*[shape(p, URL64, 20) for p in ('glpat-', 'gldt-', 'glrt-', 'glft-', 'glsoat-')],
             lambda: 'glpat-' + mixed(URL64, 30) + '.' + mixed(LOWER + UPPER + DIGIT, 9),
             lambda: 'glpat-' + mixed(URL64, 30) + '.01.' + mixed(ALNUM, 9),
             lambda: 'glcbt-64_' + mixed(URL64, 20), shape('glptt-', 'hex', 40),
             shape('gloas-', 'hex', 64), shape('glimt-', URL64, 25)],
    'near': misses('glpat-', URL64, 20, 'glpat-' + mixed(ALNUM, 19), 'glpat-' + mixed(ALNUM, 21),
                   'glrt-runner-registration', 'singlrt-test'),
}


def slack(prefix):
    return lambda: (f'{prefix}-{draw(DIGIT, 12)}-{draw(DIGIT, 13)}-' + mixed(ALNUM, 24))


CASES['S10'] = {
    'make': [slack('xoxb'), slack('xoxp'), slack('xoxa'), slack('xoxr'), slack('xoxs'),
             lambda: 'xapp-1-A' + draw(UPPER + DIGIT, 10) + '-' + draw(DIGIT, 13) + '-' + hexes(64),
             lambda: 'xoxe.xoxp-1-' + mixed(ALNUM, 160),
             lambda: 'https://hooks.slack.com/services/T' + draw(UPPER, 8) + '/B' + draw(UPPER, 10)
                     + '/' + mixed(ALNUM, 24)],
    'near': misses('xoxb-', ALNUM, 24, 'https://hooks.slack.com/services/', 'xapp-1-A',
                   'https://hooks.slack.com/services/T000/B000/X', 'foxoxb-123'),
}
CASES['S11'] = {
    'make': [shape('sk_live_', ALNUM, 24), shape('sk_live_', ALNUM, 99),
             shape('rk_live_', ALNUM, 24),
             shape('sk_test_', ALNUM, 24), shape('whsec_', ALNUM, 32)],
    'near': misses('sk_live_', ALNUM, 24, 'pk_live_' + mixed(ALNUM, 24), 'disk_live_migration_done',
                   'task_test_results_published', 'sk_live_' + mixed(ALNUM, 10)),
}
CASES['S12'] = {
    'make': [lambda: 'sk-proj-' + mixed(URL64, 74) + 'T3BlbkFJ' + mixed(URL64, 74),
             lambda: 'sk-' + mixed(ALNUM, 20) + 'T3BlbkFJ' + mixed(ALNUM, 20),
             lambda: 'sk-ant-api03-' + mixed(URL64, 93) + 'AA', shape('hf_', ALNUM, 34),
             shape('gsk_', ALNUM, 52), shape('r8_', ALNUM, 37), shape('sk-or-v1-', 'hex', 64),
             shape('xai-', ALNUM, 80), shape('pplx-', ALNUM, 48), shape('nvapi-', URL64, 64),
             shape('sk-', 'hex', 32)],
    'near': misses('sk-', ALNUM, 48, 'task-force-meeting', 'desk-lamp-with-usb-charger-black',
                   'risk-assessment', 'sk-SK', 'half_price', 'hf_model', 'sk-' + mixed(ALNUM, 20),
                   'sk-proj-kitchen-renovation-of-the-old-town-house-in-spring'),
}
CASES['S13'] = {
    'make': [lambda: crc_token('npm_'), lambda: 'pypi-AgEIcHlwaS5vcmc' + mixed(URL64, 120),
             shape('rubygems_', 'hex', 48), lambda: 'oy2' + mixed(LOWER + DIGIT + 'A', 43),
             lambda: 'cio' + mixed(ALNUM, 32), shape('dckr_pat_', URL64, 27)],
    'near': misses('npm_', ALNUM, 36, spoiled('npm_'), 'npm_lifecycle_event', 'npm_config_registry',
                   'pypi-AgEIcHlwaS5vcmc', 'rubygems_mirror', 'cioffi', 'socioeconomic',
                   'oy2' + mixed(ALNUM, 42)),
}
CASES['S14'] = {
    'make': [lambda: 'SG.' + mixed(URL64, 22) + '.' + mixed(URL64, 43), shape('key-', 'hex', 32),
             lambda: hexes(32) + '-us' + str(R.randrange(1, 22)),
             lambda: 'xkeysib-' + hexes(64) + '-' + mixed(ALNUM, 16),
             lambda: 're_' + mixed(ALNUM, 8) + '_' + mixed(ALNUM, 24)],
    'near': misses('key-', 'hex', 32, 'key-value-store', 'monkey-' + hexes(32), 'en-us',
                   hexes(31) + '-us12', hexes(32) + '-uk12', 'SG.Singapore.office',
                   're_engagement'),
}
CASES['S15'] = {
    'make': [shape('SK', 'hex', 32), lambda: 'twilio ' + 'AC' + hexes(32),
             lambda: 'account sid AC' + hexes(32)],
    'near': lambda: [
        ('note', 'AC' + hexes(32)), ('note', 'SK' + hexes(31)), ('note', 'SK' + hexes(33)),
        ('note', 'SK' + hexes(32).upper().replace('0', 'A')), ('note', 'AC' + hexes(30)),
        ('note', 'TASK' + hexes(32)), ('note', 'SK-12345'), ('note', 'ACCOUNT'),
        ('sku', 'SK1234567890'), ('note', 'AC power adapter')],
}
CASES['S16'] = {
    'make': [shape(p, 'hex', 32) for p in ('shpat_', 'shpss_', 'shpca_', 'shppa_')],
    'near': lambda: [('note', 'shpat_' + hexes(31)), ('note', 'shpat_' + hexes(33)),
                     ('note', 'shpxx_' + hexes(32)), ('note', 'xshpat_' + hexes(32)),
                     ('note', 'shpat_'), ('note', 'shpat_theme'), ('note', 'shpss_<secret>'),
                     ('note', 'SHPAT_' + hexes(32))],
}
CASES['S17'] = {
    'make': [shape('dop_v1_', 'hex', 64), shape('doo_v1_', 'hex', 64), shape('fo1_', URL64, 43),
             lambda: 'v1.0-' + hexes(24) + '-' + hexes(146), lambda: 'HRKU-' + uuid(),
             shape('nfp_', ALNUM, 36), lambda: 'fm2_' + b64(octets(120)),
             lambda: 'HRKU-AA' + mixed(URL64, 58)],
    'near': misses('dop_v1_', 'hex', 64, 'v1.0-beta', 'v1.0-' + hexes(24), 'HRKU-1234',
                   'nfp_model', 'info1_panel', 'dop_v1_' + hexes(63)),
}
CASES['S18'] = {
    'make': [shape('dapi', 'hex', 32), lambda: 'dapi' + hexes(32) + '-2',
             shape('pscale_tkn_', URL64, 43), shape('sbp_', 'hex', 40), shape('dp.pt.', ALNUM, 43),
             lambda: 'dp.st.prd.' + mixed(ALNUM, 43), shape('sb_secret_', URL64, 31)],
    'near': misses('dapi', 'hex', 32, 'dapi' + hexes(30), 'updapi' + hexes(32), 'pscale_tkn_x',
                   'sbp_120_dbp_80', 'dp.pt.x', 'dp.state.changed'),
}
CASES['S19'] = {
    'make': [shape('ATATT3', URL64, 180), lambda: 'ATATT3xFfGF0' + mixed(URL64, 174) + '='
             + hexes(8).upper(), shape('lin_api_', ALNUM, 40), shape('ntn_', ALNUM, 46),
             shape('secret_', ALNUM, 43), shape('figd_', URL64, 40),
             lambda: 'pat' + mixed(ALNUM, 14) + '.' + hexes(64), shape('ATBB', ALNUM, 32)],
    'near': misses('lin_api_', ALNUM, 40, 'pattern', 'path.to.module', 'patio.furniture',
                   'secret_santa_2026',
                   'secret_' + mixed(ALNUM, 42), 'figd_design', 'ATATT3'),
}
CASES['S20'] = {
    'make': [grafana, shape('sntryu_', 'hex', 64), lambda: 'NRAK-' + mixed(ALNUM, 27).upper(),
             lambda: 'datadog key ' + hexes(32), lambda: 'DD app key: ' + hexes(40),
             lambda: 'sntrys_' + b64(octets(90)) + '_' + mixed(ALNUM, 43),
             lambda: 'glc_' + b64(octets(90)), lambda: 'NRJS-' + hexes(19)],
    'also': [('note', 'glsa_ThisI5NtTheTok3nYou8reLo0k1ngF0r_0a2a3df7')],
    'near': misses('glsa_', ALNUM, 32, 'glsa_ThisI5NtTheTok3nYou8reLo0k1ngF0r_0a2a3df8',
                   'md5 ' + hexes(32), 'sha ' + hexes(40), 'datadog ' + hexes(31), 'NRAK-12'),
}


def discord():
    return b64url(draw(DIGIT[1:], 18).encode()) + '.' + mixed(URL64, 6) + '.' + mixed(URL64, 27)


CASES['S21'] = {
    'make': [lambda: draw(DIGIT[1:], 9) + ':AA' + mixed(URL64, 33), discord,
             lambda: draw(DIGIT[1:], 10) + ':AA' + mixed(URL64, 33)],
    'near': lambda: [
        ('note', '1234567:AA' + mixed(ALNUM, 33)),
        ('note', draw(DIGIT[1:], 9) + ':AA' + mixed(ALNUM, 32)),
        ('note', draw(DIGIT[1:], 9) + ':AB' + mixed(ALNUM, 33)), ('note', '12:AA'),
        ('note', 'Mon 12:AAB'),
        ('note', 'MTIz.abcdef.xyz'), ('note', 'NTFS.volume.mounted'), ('note', 'MDN.docs.page'),
        ('note', b64url(b'not a number at all').replace('=', '') + '.abcdef.' + mixed(ALNUM, 27))],
}
CASES['S22'] = {
    'make': [lambda: 'EAA' + mixed(ALNUM, 160), lambda: 'EAAC' + mixed(ALNUM, 190),
             lambda: 'A' * 21 + '%2F' + mixed(ALNUM, 90), lambda: 'IGQV' + mixed(URL64, 140),
             lambda: 'linkedin access token AQ' + mixed(URL64, 180)],
    'near': lambda: [
        ('note', 'EAA'), ('note', 'EAASports'), ('note', 'EAA' + mixed(ALNUM, 20)),
        ('note', 'A' * 120),
        ('note', 'AQ' + mixed(URL64, 180).lower()), ('note', 'AQUARIUM'),
        ('note', 'A' * 22 + 'rgh'),
        ('note', 'IGQVX'), ('note', 'BEAA' + mixed(ALNUM, 160))],
}
CASES['S23'] = {
    'make': [lambda: bech32('age-secret-key-', 52).upper(), shape('hvs.', URL64, 95),
             shape('pul-', 'hex', 40),
             lambda: 'ops_eyJ' + b64(octets(220)).rstrip('='),
             lambda: mixed(ALNUM, 14) + '.atlasv1.' + mixed(URL64, 67),
             lambda: 'A3-' + '-'.join(draw(UPPER + DIGIT, n) for n in (6, 6, 5, 5, 5))],
    'also': [('note',
              'AGE-SECRET-KEY-1N84CR29PJTUQA22ALHP4YDL5ZFMXPW5GVETVY3UK58ZD6NPNPDLS4MCZFS')],
    'near': misses('hvs.', URL64, 95,
                   'AGE-SECRET-KEY-1N84CR29PJTUQA22ALHP4YDL5ZFMXPW5GVETVY3UK58ZD6NPNPDLS4MCZFT',
                   'AGE-SECRET-KEY-1',
                   'age1f406y9syjcsa2gj2lgz0s2g7suxrytycqr79zccg3d4spcujegqsgl00rd',
                   'pul-' + hexes(39), 'pul-dog', 'impul-' + hexes(40), 'ops_eyJ',
                   'docs.atlasv1.notes',
                   'A3-Drucker-Modell'),
}
