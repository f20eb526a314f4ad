"""The rules of secrets.rules from S24 on: see secret_cases.py."""

import urllib.parse

from secret_shapes import (ALNUM, B32, B58, DIGIT, HEX, LOWER, R, UPPER, URL64, WORDS, b64, b64url,
                           base58check, candor, certificate, der, draw, hexes, jwt, mixed, octets,
                           pem,
                           phrase, uuid)

MORE_CASES = {}
RFC7519 = ('eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.'
           'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogIm'
           'h0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.'
           'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')

MORE_CASES['S24'] = {
    'make': [jwt, lambda: jwt('{"typ":"JWT","alg":"RS256","kid":"2026-11"}'),
             lambda: jwt('{ "alg" : "ES256" }'), lambda: jwt('{\n  "alg": "none"\n}'),
             lambda: '.'.join([b64url(b'{"alg":"RSA-OAEP","enc":"A256GCM"}'), b64url(octets(64)),
                               b64url(octets(12)), b64url(octets(80)), b64url(octets(16))]),
             lambda: jwt()[:70], lambda: '/reset/' + jwt()],
    'also': [('note', RFC7519), ('note', f'Bearer {RFC7519}')],
    'near': lambda: [
        ('note', b64url(b'{"type":"click","x":1}') + '.' + b64url(b'{"a":1}')),
        ('note', 'eyJ'), ('note', 'eyJhbGciOiJIUzI1NiJ9'), ('note', 'eyJhbGciOiJIUzI1NiJ9.'),
        ('note', 'eyJhbGciOiJIUzI1NiJ9.x.y'), ('note', 'ewok.village.forest'),
        ('note', 'eyJafjalla.is.jokull'),
        ('note', b64url(b'["alg","HS256"]') + '.' + b64url(b'{"sub":"1234567890"}'))],
}
MORE_CASES['S25'] = {
    'make': [lambda: pem('PRIVATE KEY', der(240, 'pkcs8')),
             lambda: pem('RSA PRIVATE KEY', der(300, 'rsa')),
             lambda: pem('PRIVATE KEY', der(240, 'pkcs8'), '\\n'),
             lambda: pem('EC PRIVATE KEY', der(118, 'ec')),
             lambda: pem('OPENSSH PRIVATE KEY', b'openssh-key-v1\0' + octets(200)),
             lambda: pem('ENCRYPTED PRIVATE KEY', octets(200), ' '),
             lambda: '-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 2\n\n' + b64(octets(180))
                     + '\n-----END PGP PRIVATE KEY BLOCK-----',
             lambda: 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n'
             + b64(octets(36)),
             lambda: 'BEGIN RSA PRIVATE KEY ' + b64(octets(100))],
    'also': [('c',
        '-----BEGIN PRIVATE KEY-----\n'
        'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----')],
    'near': lambda: [
        ('note', '-----BEGIN PRIVATE KEY-----'),
        ('note', 'paste your -----BEGIN PRIVATE KEY----- block here'),
        ('note', 'the private key begins with a line of dashes'),
        ('note', 'BEGIN TRANSACTION; COMMIT'),
        ('note', pem('PUBLIC KEY', octets(90))), ('note', pem('CERTIFICATE', certificate(200))),
        ('note', 'begin checkout'), ('note', 'beginning of a private keynote by the founder'),
        ('note', 'PuTTY-User-Key-File-')],
}
MORE_CASES['S26'] = {
    'make': [lambda: b64(der(600, 'pkcs8')), lambda: b64(der(609, 'rsa')),
             lambda: b64(der(300, 'p12')),
             lambda: b64(b'openssh-key-v1\0\0\0\0\4none' + octets(90)),
             lambda: b64(bytes.fromhex('30770201010420') + octets(114)),
             lambda: b64(bytes.fromhex('302e020100300506032b657004220420') + octets(32))],
    'near': lambda: [
        ('note', b64(certificate(500))), ('note', 'MIIEvQ'), ('note', 'MII'),
        ('note', 'MIGRATION_STARTED_20261122'),
        ('note', 'MIIxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'),
        ('note',
            b64(bytes.fromhex('3059301306072a8648ce3d020106082a8648ce3d030107034200')
                + octets(65))),
        ('note', 'MIGHTYLONGWORDSOFLETTERSWITHOUTANYMEANINGBUTNOTAKEYATALL'), ('note', 'MC42')],
    'not_benign': (),
}
MORE_CASES['S27'] = {
    'make': [lambda: pem('PUBLIC KEY', octets(162)), lambda: pem('CERTIFICATE', certificate(300)),
             lambda: pem('RSA PUBLIC KEY', octets(140)),
             lambda: pem('CERTIFICATE', certificate(300), '\\n'),
             lambda: 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ' + b64(octets(180)) + ' ci',
             lambda: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI' + mixed(ALNUM, 43)],
    'near': lambda: [
        ('note', '-----BEGIN CERTIFICATE-----'), ('note', 'ssh-rsa'), ('note', 'ssh-rsa AAAA'),
        ('note', 'BEGIN PUBLIC COMMENT PERIOD'), ('note', 'GIFT CERTIFICATE'),
        ('note', 'ssh-ed25519 is preferred'),
        ('note', 'BEGIN'), ('note', 'public key cryptography explained to curious people')],
}


def address(scheme, host):
    return lambda: f'{scheme}://app:{mixed(ALNUM, 12)}@{host}'


MORE_CASES['S28'] = {
    'make': [address('postgres', 'db.internal:5432/shop'), address('mysql', '10.1.2.3/shop'),
             address('mongodb+srv', 'cluster0.ab1cd.mongodb.net/test'), address('amqp', 'mq:5672/'),
             address('https', 'api.shop.test/v1'),
             lambda: f'redis://:{mixed(ALNUM, 14)}@cache:6379/0',
             lambda: f'Server=db1;Database=shop;User Id=sa;Password={mixed(ALNUM, 12)};',
             lambda: f'host=db1 dbname=shop user=app password={mixed(ALNUM, 12)} port=5432',
             lambda: f'Data Source=db1;uid=app;pwd={mixed(ALNUM, 10)};'],
    'also': [('note', 'ftp://maria:sommer@files.shop.test/inbox'), ('dsn', 'postgres://u:p@h/db')],
    'near': lambda: [
        ('note', 'postgres://app@db:5432/shop'), ('note', 'https://shop.test:8443/a@b'),
        ('note', 'postgres://app:${DB_PASSWORD}@db/shop'),
        ('note', 'postgres://user:<password>@db'),
        ('note', 'postgres://user:@db/shop'), ('note', 'https://medium.com/@writer/title-of-story'),
        ('note', 'Server=db;Password=;'), ('note', 'Server=db;User Id=sa;Password=${PW};'),
        ('note', 'https://maps.test/@48.1,11.5,12z'), ('note', 'postgres://user:***@db/shop'),
        ('note', 'git://host/path:with:colons'), ('note', '://nobody:x1@')],
}
MORE_CASES['S29'] = {
    'make': [lambda: 'Authorization: Bearer ' + mixed(ALNUM, 40),
             lambda: 'Bearer ' + mixed(URL64, 32),
             lambda: 'Basic ' + b64(b'maria:' + draw(ALNUM, 9).encode()),
             lambda: 'authorization: basic ' + b64(b'api:' + draw(ALNUM, 20).encode()),
             lambda: 'Authorization: Token ' + hexes(40),
             lambda: 'Token token="' + mixed(ALNUM, 24) + '"',
             lambda: 'Digest username="maria", realm="x", nonce="' + hexes(32)
             + '", uri="/", response="'
                     + hexes(32) + '"', lambda: 'Authorization: ApiKey ' + mixed(ALNUM, 24)],
    'also': [('note', 'Authorization: Bearer Hdr-207'),
             ('note', 'Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==')],
    'near': lambda: [
        ('note', 'bearer of good news'), ('note', 'basic authentication'),
        ('note', 'Basic training course'),
        ('note', 'token expired'), ('note', 'digest of the week'), ('note', 'Bearer <token>'),
        ('note', 'Bearer ${TOKEN}'), ('plan', 'Basic 2026'), ('note', 'Basic Y29sb25sZXNz'),
        ('note', 'forbearer x'),
        ('note', 'Authorization: Bearer'), ('note', 'digest auth needs a nonce'),
        ('note', 'token count 4096'), ('note', 'basic subscription monthly')],
}
MORE_CASES['S30'] = {
    'make': [lambda: 'Set-Cookie: id=' + mixed(ALNUM, 20) + '; Path=/; HttpOnly',
             lambda: 'Cookie: theme=dark; session=' + mixed(ALNUM, 24),
             lambda: 'PHPSESSID=' + mixed(LOWER + DIGIT + 'A', 26),
             lambda: 'connect.sid=s%3A' + mixed(ALNUM, 32) + '.' + mixed(ALNUM, 40),
             lambda: 'JSESSIONID=' + hexes(32).upper(), lambda: 'csrftoken=' + mixed(ALNUM, 32),
             lambda: 'lang=de; auth=' + mixed(ALNUM, 24) + '; Path=/',
             lambda: 'a=1; jwt=' + mixed(ALNUM, 30),
             lambda: '__Host-sess=' + mixed(ALNUM, 24)],
    'also': [('note', 'Cookie: sid=Env-314')],
    'near': lambda: [
        ('note', 'cookie: accepted'), ('note', 'Cookie: preferences saved'),
        ('note', 'session=expired'),
        ('note', 'auth=none; mode=fast'), ('note', 'cookie banner shown'), ('note', 'set-cookie: '),
        ('note', 'session=<id>'), ('note', 'PHPSESSID='), ('note', 'csrf=disabled'),
        ('note', 'jwt=required'),
        ('note', 'cookies: chocolate, oat, ginger'), ('note', 'width=1; height=2')],
}
MORE_CASES['S31'] = {
    'make': [lambda k=k: candor(k) for k in ('ing', 'qry', 'row', 'pd', 'adm', 'scim', 'vfy')],
    'near': lambda: [
        ('note', candor('qry')[:-1]), ('note', candor('qry') + 'x'), ('note', candor('QRY')),
        ('note', 'x' + candor('qry')), ('note', 'cdr_qry_' + 'a' * 43 + '_000000'),
        ('note', 'cdr_file_opened'),
        ('note', candor('qry').replace('cdr_', 'cds_')), ('note', 'cdr_')],
}


def seed32(size):
    while True:
        text = ''.join(R.choice(B32) for _ in range(size))
        if any(c in DIGIT for c in text):
            return text


MORE_CASES['S32'] = {
    'make': [lambda: f'otpauth://totp/Shop:maria?secret={seed32(16)}&issuer=Shop',
             lambda: f'otpauth://hotp/x?secret={seed32(32)}&counter=1',
             lambda: 'TOTP seed ' + seed32(16),
             lambda: 'authenticator setup key: ' + seed32(32),
             lambda: '2FA secret key ' + seed32(26),
             lambda: 'otpauth-migration://offline?data=' + b64url(octets(60))],
    'near': lambda: [
        ('note', 'otpauth://'), ('note', 'otpauth://totp/Shop?issuer=Shop'), ('note', seed32(16)),
        ('note', 'totp AUTHENTICATION'), ('note', 'TOTP ' + seed32(12)),
        ('note', 'authenticator app INSTALLED'),
        ('note', 'totp ENABLEDFOREVERYUSER'), ('note', '2fa AAAAAAAAAAAAAAAAAAAA'),
        ('note', 'mfa lower ' + seed32(16).lower())],
}


def bad_phrase(count):
    """A phrase whose last word is another, such that no window of a phrase's length fits."""
    import hashlib
    while True:
        words = [R.choice(WORDS) for _ in range(count)]
        bits = 0
        for word in words:
            bits = bits << 11 | WORDS.index(word)
        check = count // 3
        data = (bits >> check).to_bytes(count * 4 // 3, 'big')
        if hashlib.sha256(data).digest()[0] >> 8 - check != bits & (1 << check) - 1:
            return words


MORE_CASES['S33'] = {
    'make': [*[lambda n=n: ' '.join(phrase(n)) for n in (12, 15, 18, 21, 24)],
             lambda: ', '.join(phrase(12)),
             lambda: '\n'.join(f'{i}. {w}' for i, w in enumerate(phrase(12), 1)),
             lambda: ' '.join(phrase(24)).upper(),
             lambda: ' '.join(w[:4] for w in phrase(12)),
             lambda: 'my seed phrase is ' + ' '.join(phrase(12))],
    'also': [('note', 'abandon ' * 11 + 'about'),
             ('note',
              'legal winner thank year wave sausage worth useful legal winner thank yellow')],
    'near': lambda: [
        *[('note', ' '.join(bad_phrase(12))) for _ in range(4)],
        ('note', ' '.join(phrase(12)[:11])),
        ('note', 'abandon ' * 11 + 'abandon'), ('note', ' the '.join(phrase(12))),
        ('note', 'zoo ' * 11),
        ('note',
            'write down your twelve words '
            'and keep them in a safe place away from any computer or camera'),
        ('note',
         'please check the order status again later, '
         'because the warehouse did not answer our request today')],
}


def wif(compressed):
    return lambda: base58check(b'\x80' + octets(32) + (b'\x01' if compressed else b''))


MORE_CASES['S34'] = {
    'make': [wif(True), wif(False), lambda: base58check(bytes.fromhex('0488ade4') + octets(74)),
             lambda: base58check(bytes.fromhex('04b2430c') + octets(74)),
             lambda: 'private key 0x' + hexes(64),
             lambda: 'wallet privkey ' + hexes(64)],
    'also': [('note', '5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ'),
             ('note', 'KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP98617'),
             ('note',
                 'xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4st'
                 'bPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi')],
    'near': lambda: [
        ('note', '5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTK'), ('note', '0x' + hexes(64)),
        ('note', hexes(64)), ('note', 'xprv'),
        ('note',
            'xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4st'
            'bPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHj'),
        ('note', 'private key ' + hexes(62)), ('note', draw(B58, 51)), ('note', draw(B58, 52)),
        ('note', 'wallet address 0x' + hexes(40)), ('note', 'private key 0x' + '0' * 64)],
}
MORE_CASES['S35'] = {
    'make': [lambda: 'https://shop.webhook.office.com/webhookb2/' + uuid() + '@' + uuid(),
             lambda: f'https://hooks.zapier.com/hooks/catch/{draw(DIGIT[1:], 7)}/'
                     f'{mixed(ALNUM, 7).lower()}/',
             lambda: f'https://discord.com/api/webhooks/{draw(DIGIT[1:], 18)}/{mixed(URL64, 68)}',
             lambda: f'https://docs.google.com/document/d/1{mixed(URL64, 43)}/edit',
             lambda: f'https://docs.google.com/spreadsheets/d/1{mixed(URL64, 43)}/edit#gid=0',
             lambda: f'https://drive.google.com/file/d/1{mixed(URL64, 32)}/view?usp=sharing',
             lambda: f'https://www.dropbox.com/s/{mixed(ALNUM, 15).lower()}/plan.pdf?dl=0',
             lambda: f'https://www.dropbox.com/scl/fi/{mixed(ALNUM, 21).lower()}/'
                     f'x.pdf?rlkey={mixed(ALNUM, 25)}',
             lambda: f'https://maker.ifttt.com/trigger/door/with/key/{mixed(URL64, 43)}'],
    'near': lambda: [
        ('note', 'https://docs.google.com/document/'),
        ('note', 'https://docs.google.com/document/d/short'),
        ('note', 'https://www.dropbox.com/features'), ('note', 'https://discord.com/api/webhooks/'),
        ('note', 'https://hooks.zapier.com/'),
        ('note', 'https://drive.google.com/file/d/<id>/view'),
        ('note', 'https://discord.com/channels/1/2'),
        ('note', 'https://chat.googleapis.com/v1/spaces/AAAAAAAAAAA'),
        ('note', 'https://maker.ifttt.com/trigger/door')],
}


def callback(query):
    return lambda: 'https://shop.test/callback?' + query()


MORE_CASES['S36'] = {
    'make': [callback(lambda: f'code={mixed(ALNUM, 30)}&state={mixed(ALNUM, 12)}'),
             callback(lambda: f'code=4/0A{mixed(URL64, 60)}'),
             callback(lambda: 'ticket=ST-' + draw(DIGIT, 5) + '-' + mixed(ALNUM, 20)),
             callback(lambda: 'oobCode=' + mixed(URL64, 54)),
             callback(lambda: 'token=' + mixed(ALNUM, 32)),
             lambda: 'SAMLResponse=' + urllib.parse.quote(b64(octets(300))),
             lambda: 'https://shop.test/reset/' + mixed(ALNUM, 32),
             lambda: 'https://shop.test/magic-link/' + mixed(URL64, 43),
             callback(lambda: 'X-Amz-Expires=300&X-Amz-Signature=' + hexes(64)),
             lambda: '#access_token=' + mixed(ALNUM, 24),
             callback(lambda: 'api_key=' + hexes(32)),
             lambda: 'https://shop.test/invite/' + mixed(ALNUM, 22)],
    'also': [('note', 'https://api.example.test/v1?token=Exc-Tk-203')],
    'near': lambda: [
        ('note', 'https://shop.test/?code=SUMMER26'), ('note', '?code=404'),
        ('note', 'code=DE&lang=de'),
        ('note', '?ticket=12345'), ('note', '?token='), ('note', '?token=<token>'),
        ('note', 'zip_code=80331'),
        ('note', 'https://shop.test/reset/password'),
        ('note', 'https://shop.test/invite/friends-and-family-of-yours'),
        ('note', '?key=name&sort=up'), ('note', '?invite=friends'), ('note', 'SAMLResponse='),
        ('note', 'https://shop.test/join/the-newsletter-today')],
}
MORE_CASES['S37'] = {
    'make': [lambda: 'https://shop.test/cart;jsessionid=' + hexes(32).upper() + '?x=1',
             lambda: 'https://shop.test/?PHPSESSID=' + mixed(ALNUM, 26).lower(),
             lambda: 'https://shop.test/?sid=' + mixed(ALNUM, 20),
             lambda: 'https://shop.test/(S(' + mixed(LOWER + DIGIT + 'Q', 24).lower()
             + '))/cart.aspx',
             lambda: 'https://shop.test/?a=1&session_id=' + mixed(ALNUM, 24),
             lambda: 'https://shop.test/?sessionid=' + hexes(40)],
    'near': lambda: [
        ('note', '?sid=12'), ('note', '?sid=north'), ('note', ';jsessionid='), ('note', '(S(x))'),
        ('note', '?session=morning'),
        ('note', '?aside=' + 'left1234'), ('note', '?session_id=<id>'),
        ('note', 'considsid=ab12cd34'), ('note', 'PHPSESSID')],
}


def password():
    return R.choice([lambda: 'Tr0ub4dor&' + draw(DIGIT, 1),
                     lambda: 'Sommer' + R.choice('!?#') + draw(DIGIT[1:], 4),
                     lambda: mixed(ALNUM, 9) + R.choice('!$%#'),
                     lambda: 'hunter' + draw(DIGIT, 2) + 'XyZ' + R.choice('!?#')])()


MORE_CASES['S38'] = {
    'make': [lambda: 'password: ' + password(), lambda: 'Passwort ist ' + password(),
             lambda: 'DB_PASSWORD=' + password(),
             lambda: 'my passwd = ' + password(), lambda: 'pwd: "' + password() + '"',
             lambda: 'mot de passe: ' + password(),
             lambda: 'contraseña: ' + password(), lambda: 'пароль: ' + password(),
             lambda: 'senha=' + password()],
    'near': lambda: [
        ('note', 'password: Optional'), ('note', 'Password must contain 8 characters'),
        ('note', 'Forgot password?'),
        ('note', 'password_reset_clicked'), ('note', 'password: ********'),
        ('note', 'passwort vergessen'),
        ('note', 'The password field is required.'), ('note', 'password: <your Password1>'),
        ('note', 'password length 12'),
        ('note', 'senha incorreta'), ('note', 'Password1 rules apply'), ('note', 'password: none'),
        ('note', 'Tr0ub4dor&3 is a plant')],
}
MORE_CASES['S39'] = {
    'make': [lambda: 'Your verification code is ' + draw(DIGIT, 6),
             lambda: 'OTP ' + draw(DIGIT, 4), lambda: 'login code: ' + draw(DIGIT, 5),
             lambda: 'security code ' + draw(DIGIT, 3) + ' ' + draw(DIGIT, 3),
             lambda: draw(DIGIT, 6) + ' is your authentication code',
             lambda: '2FA code ' + draw(DIGIT, 8)],
    'also': [('otp', '493021'), ('pin', '2024'), ('one_time_code', '0042')],
    'near': lambda: [
        ('status_code', '404'), ('zip_code', '80331'), ('country_code', '0049'),
        ('note', 'ordered 493021 pieces'),
        ('note', 'verification code sent'), ('note', 'verification code valid until 12:30'),
        ('note', 'otp fee 1299.95'),
        ('note', 'OTP version 12.4.1'), ('note', 'security code updated in 2024'),
        ('note', 'otp 123'),
        ('note', 'OTP 1234567890123'), ('year', '2024'), ('note', 'otp a12345b')],
}
MORE_CASES['S40'] = {
    'make': [lambda: mixed(ALNUM, 32), lambda: mixed(ALNUM, 24), lambda: mixed(URL64, 43),
             lambda: b64(octets(40)), lambda: hexes(48),
             lambda: mixed(ALNUM, 64), lambda: mixed(LOWER + DIGIT + 'X', 36), lambda: hexes(30),
             lambda: b64(octets(48)),
             lambda: 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r9'],
    'near': lambda: [
        ('$insert_id', draw(LOWER + DIGIT, 16)),
        ('$device_id', '18f7c2a3b4d5e6-0a1b2c3d4e5f6-26031e51-1fa400-18f7c2a3b4d6f'),
        ('note', 'getUserAccountSettingsFromLocalStorage'),
        ('note', 'HTTP_REQUEST_TIMEOUT_MILLISECONDS_MAX'),
        ('note', 'a-very-long-slug-about-wintermaentel-und-groessenaenderungen'),
        ('url', '/a/b/c/users/settings/notifications/email/weekly'),
        ('note', 'Donaudampfschifffahrtsgesellschaftskapitaen'),
        ('note', 'przedsiebiorstwo-konstrukcyjne-budowlane'),
        ('img',
         'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA'
         'AAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
        ('note', hexes(32)), ('note', hexes(40)), ('note', hexes(64)), ('note', hexes(24)),
        ('note', '2NxT8kDwQ4vLc1ZbYp7RmVhJ9Fa'),
        ('css', '.btn-primary:hover{background-color:#1a2b3c;transition:all .2s}'),
        ('note', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'),
        ('note', 'abcdefghijklmnopqrstuvwxyz0123456789'),
        ('note', '20261122T034110Z-20261123T034110Z'), ('order_id', mixed(ALNUM, 32)),
        ('path', 'M10.5 20.25L30 40.75C50 60 70 80 90 100Z'),
        ('note', 'iphone-15-pro-max-256gb-natural-titanium'),
        ('note', 'clh3am1f30000udocl363eofy'), ('note', 'pi_3MtwBwLkdIWHu7ix28a3tqPa'),
        ('note', uuid() + '.' + uuid()),
        ('note', '00-' + hexes(32) + '-' + hexes(16) + '-01')],
}
