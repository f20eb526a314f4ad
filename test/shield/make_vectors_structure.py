#!/usr/bin/env python3
"""Write the vectors of K01 to K10: what a key says by itself, pairs, wrapped and encoded values.

    test/shield/make_vectors_structure.py FOLDER

Nothing is random: a change of a list is a change of the files.
"""

import base64
import json
import sys
import urllib.parse
from pathlib import Path

PASSWORD = 'Hunter2!x'


def b64(text):
    return base64.b64encode(text.encode()).decode()


def lines(plus, minus, hard):
    for mark, cases in (('+', plus), ('-', minus), ('!', hard)):
        for case in cases:
            record = {'is': mark}
            if isinstance(case, dict):
                record.update(case)
            else:
                record['key'], record['value'] = case
            yield json.dumps(record, ensure_ascii=False)


def k01():
    names = ['password', 'Password', 'user_password', 'newPassword', 'passwd1', 'user_pwd2',
             'pwd',
             'passphrase', 'api_key', 'apiKey', 'apikey', 'x-api-key', 'x-auth-token',
             'access_token', 'refreshToken', 'client_secret', 'private_key', 'Authorization',
             'session_id', 'csrf_token', 'cookie', 'seed_phrase', 'security_answer',
             'credentials']
    foreign = ['contraseña', 'contrasena', 'passwort_neu', 'mot_de_passe', 'senha', 'wachtwoord',
               'lösenord', 'adgangskode', 'salasana', 'lykilorð', 'hasło', 'heslo', 'jelszó',
               'parolă', 'парола', 'συνθηματικό', 'şifre', 'пароль', 'كلمة_المرور', 'סיסמה',
               'पासवर्ड', '密码', 'パスワード', '비밀번호', 'mật_khẩu', 'kata_sandi']
    plus = [(name, PASSWORD) for name in names + foreign]
    plus += [('otp', '482913'), ('verification_code', '482-913'), ('pin', '4821'), ('cvv', '123'),
             ('password', 'password'), ('password', 12345678), ('pin', 4821), ('password', 'abc'),
             ('backup_code', 'a1b2-c3d4'), ('password', 'true-love-7')]
    minus = [('password', True), ('password', False), ('password', 'true'), ('password', 'reset'),
             ('password', 'missing'), ('password', '••••••••'), ('password', '********'),
             ('password', ''), ('password', None), ('password', 1), ('passwords', 3),
             ('token', 0.95), ('token_count', 1532), ('password_reset_clicked', 'header link'),
             ('compass', 'north by northwest'), ('passenger', 'window seat'),
             ('author', 'Ada Lovelace'), ('keyboard', 'qwertz'), ('secretary', 'of state'),
             ('pin_code_city', 'Pune'), ('has_password', 'maybe'), ('password_strength', 'great'),
             ('secret_santa', 'team party'), ('season_pass', 'winter'), ('pin', 'map-marker'),
             ('pin_color', 'blue'), ('status_code', '404404'), ('zip_code', 'AB12'),
             ('country_code', 'NO47'), ('cookie_consent', 'all of them'), ('otp', 'by sms'),
             ('cvv', 'mismatch'), ('state', 'California'), ('key', 'Enter'), ('title', 'A book')]
    hard = [('pаssword', PASSWORD), ('рassword', PASSWORD), ('ｐａｓｓｗｏｒｄ', PASSWORD),
            ('pass\u200bword', PASSWORD), ('p_a_s_s_w_o_r_d', PASSWORD), ('passw0rd', PASSWORD),
            ('pAssWord', PASSWORD), ('PASS-WORD', PASSWORD),
            ('pαssωord'[:2] + 'ssword', PASSWORD),
            ('userpasswordconfirm', PASSWORD), ('form[user][password]', PASSWORD),
            ('$password', PASSWORD), ('password_', '   ' + PASSWORD), ('𝐩𝐚𝐬𝐬𝐰𝐨𝐫𝐝', PASSWORD),
            ('note', {'login': {'password': PASSWORD}}), ('body', [{'password': PASSWORD}]),
            ('password', [PASSWORD]), ('password', {'value': PASSWORD}), ('pin', '４８２１'),
            ('otp', '４８２９１３'), ('用户密码2', PASSWORD), ('新しいパスワード', PASSWORD)]
    return plus, minus, hard


def k02():
    plus = [('email', 'ada@example.org'), ('e_mail', 'ada@example.org'),
            ('userEmail', 'ada(at)example.org'), ('email', '5d41402abc4b2a76b9719d911017c592'),
            ('phone', '+47 912 34 313'), ('phone_number', '020 7946 0123'), ('tel', '0301234567'),
            ('first_name', 'Ada'), ('last_name', 'Lovelace'), ('fullName', 'Ada King Lovelace'),
            ('vorname', 'Jürgen'), ('фамилия', 'Иванова'), ('姓名', '王小明'), ('名前', '山田 太郎'),
            ('address', 'Storgata 12, Oslo'), ('street', 'Rue de la Paix'), ('adresse', 'Weg 3'),
            ('postal_code', 'SW1A 1AA'), ('plz', '10115'), ('date_of_birth', '1985-04-12'),
            ('geburtsdatum', '12.04.1985'), ('birth_year', '1985'), ('age', '34'),
            ('gender', 'female'), ('username', 'ada.lovelace'), ('passport_number', 'X1234567'),
            ('driving_licence', 'LOVEL851042A99'), ('license_plate', 'AB 12345'),
            ('employee_id', 'E-20331'), ('national_id', '850412-1234'),
            ('телефон', '8 912 345 67 89'),
            ('correo', 'ada@example.org'), ('邮箱', 'ada@example.org'), ('이름', '김철수')]
    minus = [('email', True), ('email', 'unsubscribed list'), ('email_sent', 'ada'),
             ('email_campaign', 'spring sale'), ('email', 'weekly digest'),
             ('phone', 'iPhone 15'),
             ('phone_model', 'Pixel 8'), ('phone', 'none'), ('first_name', '***'),
             ('name', 'Blue Lamp'), ('product_name', 'Ada Lamp'), ('event_name', 'Opened'),
             ('address', '0x1'), ('address_type', 'delivery point'), ('page', '34 of 40'),
             ('usage', '34'), ('age_group', 'a'), ('gender', 'prefer not to say'),
             ('headphones', '12345678'), ('username', '1'), ('title', 'Doctor Who'),
             ('has_email', 'maybe'), ('passport', 'required'), ('national_id', 'missing'),
             ('birth_date', 'hidden'), ('state', 'Texas'), ('message_age', '5')]
    hard = [('е-mail', 'ada@example.org'), ('ｅｍａｉｌ', 'ada@example.org'),
            ('EMAIL_ADDRESS2', 'ada@example.org'), ('billing[email]', 'ada@example.org'),
            ('phone', '＋４７ ９１２３４３１３'), ('fi\u200brst_name', 'Ada'),
            ('user', {'first_name': 'Ada'}),
            ('fields', [{'name': 'email', 'value': 'ada@b.org'}]),
            ('body', '{"last_name":"Lovelace"}'), ('q1', 'first_name=Ada&last_name=Lovelace'),
            ('xml', '<person><surname>Lovelace</surname></person>'), ('teléfono', '600 123 456'),
            ('data', b64('{"first_name":"Ada"}'))]
    return plus, minus, hard


def k03():
    plus = [('card_number', '4111111111111112'), ('cc', '4111 1111 1111 1112'),
            ('creditCard', '378282246310006'), ('pan', '5555555555554445'),
            ('card_expiry', '12/29'), ('exp_month', '12'), ('exp_year', '2029'), ('cvv', '123'),
            ('cvc2', '1234'), ('iban', 'DE00370400440532013000'), ('account_number', '12345678'),
            ('routing_number', '021000022'), ('sort_code', '20-00-00'),
            ('kontonummer', '532013000'),
            ('numero_tarjeta', '4111111111111112'), ('kartennummer', '4111111111111112'),
            ('номер_карты', '4111111111111112'), ('卡号', '6222020000000001'),
            ('カード番号', '4111111111111112'), ('bank_account', 'NO 8601 1117 948'),
            ('card', 4111111111111112), ('wallet_address', '0x12345abcde'),
            ('blz', '37040044'), ('카드번호', '4111-1111-1111-1112')]
    minus = [('card_number', 'hidden'), ('card', 'primary tile'), ('card_id', 'c-12345678'),
             ('card_layout', '2x2 12345678'), ('card_type', 'visa'), ('card_brand', 'amex'),
             ('pan_x', '12345678'), ('account_type', 'savings 12345'),
             ('account_number', 'missing'),
             ('routing_key', 'orders.12345678'), ('discard', '4111111111111112'[:7]),
             ('card_number', '•••• ••••'), ('iban', 'required'), ('card', '3'), ('card', 7),
             ('dashboard_card', '12345678'), ('card', 'f47ac10b-58cc-4372-a567-0e02b2c3d479'),
             ('swift_version', '5.9.12345'), ('cc', 'team list'), ('expiry_shown', '12/29'),
             ('cardinal', '12345678'), ('postcard', '12345678'), ('bankrupt', '12345678')]
    hard = [('card\u200b_number', '4111111111111112'), ('cаrd_number', '4111111111111112'),
            ('CARDNUMBER1', '4111.1111.1111.1112'), ('card_number', '４１１１１１１１１１１１１１１２'),
            ('pay', {'card': {'number_': 1, 'card_number': '4111111111111112'}}),
            ('form', 'card_number=4111111111111112&cvv=123'),
            ('x', '{"iban":"DE00370400440532013000"'),
            ('pay', ['card_number', '4111111111111112']),
            ('blob', b64('{"card_number":"4111111111111112"}')),
            ('raw', '<cardNumber>4111111111111112</cardNumber>'), ('ｃａｒｄｎｏ', '4111111111111112')]
    return plus, minus, hard


def k04():
    plus = [('diagnosis', 'type 2 diabetes'), ('diagnosis', 'F32.1'), ('religion', 'lutheran'),
            ('ethnicity', 'sami'), ('sexual_orientation', 'bisexual'), ('health', 'chronic pain'),
            ('medication', 'sertraline'), ('trade_union', 'IG Metall'),
            ('criminal_record', 'theft'),
            ('political_party', 'greens'), ('biometric_data', 'AB34fe'), ('blood_type', 'AB+'),
            ('krankheit', 'Asthma'), ('religión', 'católica'), ('diagnostico', 'asma'),
            ('диагноз', 'астма'), ('宗教', '佛教'), ('病歴', '喘息'), ('hiv_status', 'positive'),
            ('patient_diagnosis', 'migraine'), ('allergies', 'peanuts'), ('disability', 'deaf'),
            ('wyznanie', 'katolickie'), ('종교', '불교')]
    minus = [('health_check', 'green'), ('health', True), ('health', 'ok'), ('health', 97),
             ('health_bar', 'half'), ('race_time', '3:59'), ('race_car', 'red'), ('trace', 'abc'),
             ('grace', 'period'), ('diagnosis', 'unknown'), ('religion', 'prefer not to say'),
             ('religion', 'prefer not to say '), ('health', 'd41d8cd98f00b204e9800998ecf8427e'),
             ('diagnosis', '***'), ('has_disability', 'sometimes'), ('healthy', 'very'),
             ('union_type', 'set'), ('server_health', 'degraded badly'), ('conviction', None),
             ('medication', False), ('diagnosis', ''), ('allergies', 0),
             ('race_result', 'second')]
    hard = [('diаgnosis', 'asthma'), ('ｄｉａｇｎｏｓｉｓ', 'asthma'), ('dia\u00adgnosis', 'asthma'),
            ('patient', {'diagnosis': 'asthma'}), ('f', [{'name': 'religion', 'value': 'hindu'}]),
            ('p', '{"diagnosis":"asthma"}'), ('p', 'religion=hindu&x=1'),
            ('p', b64('{"religion":"hindu"}')), ('p', '<r><religion>hindu</religion></r>'),
            ('USER_RELIGION', 'hindu'), ('medicalCondition', 'asthma'), ('diagnosis2', 'asthma')]
    return plus, minus, hard


def k05():
    plus = []
    for name_key in ('name', 'key', 'id', 'field', 'label'):
        for value_key in ('value', 'val', 'content', 'data', 'text'):
            plus.append(('fields', [{name_key: 'password', value_key: PASSWORD}]))
    plus += [('headers', [['authorization', 'abcdef123456']]),
             ('pair', ['api_key', 'abcdef1234'])]
    minus = [('fields', [{'name': 'colour', 'value': 'blue'}]), ('pair', ['size', 'large']),
             ('list', ['a', 'b', 'c']), ('fields', [{'name': 'password', 'value': True}]),
             ('fields', [{'name': 'password', 'value': ''}]),
             ('fields', [{'name': 'token_count', 'value': 5}]),
             ('f', {'name': 'theme', 'value': 'dark'}), ('f', ['theme', 'dark']), ('f', []),
             ('f', {}),
             ('f', [[]]), ('f', [{}]), ('f', ['keyboard', 'qwertz']), ('f', ['compass', 'north']),
             ('f', [{'key': 'step', 'value': 3}]), ('f', [{'id': 'a', 'val': 'b'}]),
             ('f', [['x', 1]]),
             ('f', [{'label': 'Size', 'text': 'Large'}]), ('f', ['author', 'Ada']), ('f', [1, 2])]
    hard = [('f', [{'value': PASSWORD, 'name': 'password'}]),
            ('f', json.dumps(['pwd', PASSWORD])),
            ('f', json.dumps([{'name': 'password', 'value': PASSWORD}])),
            ('f', [{'Name': 'Password', 'Value': PASSWORD}]),
            ('f', [{'name': 'pаssword', 'value': PASSWORD}]), ('f', [[['password', PASSWORD]]]),
            ('f', [{'name': '密码', 'value': PASSWORD}]), ('f', {'a': {'b': ['secret', PASSWORD]}}),
            ('f', b64(json.dumps([{'name': 'password', 'value': PASSWORD}]))),
            ('f', '[{"name":"password","value":"' + PASSWORD), ('f', [['пароль', PASSWORD]])]
    return plus, minus, hard


def k06():
    plus = []
    for name in ('password', 'access_token', 'пароль', 'user_pwd'):
        plus += [('p', json.dumps({'user': 'i', name: PASSWORD}, ensure_ascii=False)),
                 ('p', f'user=i&{name}={PASSWORD}'), ('p', f'theme=dark; {name}={PASSWORD}'),
                 ('p', f'<r><user>i</user><{name}>{PASSWORD}</{name}></r>'),
                 ('p', f'https://x.test/a?{name}={PASSWORD}')]
    minus = [('p', '{"user":"i","theme":"dark"}'), ('p', 'a=b&c=d'), ('p', 'theme=dark; lang=no'),
             ('p', '<r><user>i</user></r>'), ('p', '{}'), ('p', '[1,2,3]'),
             ('p', '{"token_count":5}'),
             ('p', 'a = b'), ('p', 'x<y and y>z'), ('p', '{"password":true}'), ('p', 'R&D = fun'),
             ('p', '{"password":""}'), ('p', '"quoted"'), ('p', 'password strength: weak'),
             ('p', 'step=1&has_password=1'), ('p', '[compass]'), ('p', '{"keyboard":"qwertz"}'),
             ('p', '<b>bold</b>'), ('p', 'https://x.test/a?page=2'), ('p', '{broken')]
    hard = [('p', '{"password":"' + PASSWORD), ('p', "{'password': '" + PASSWORD + "'}"),
            ('p', '{password: ' + PASSWORD + '}'),
            ('p', json.dumps(json.dumps({'password': PASSWORD}))),
            ('p', 'user%3Di%26password%3D' + PASSWORD),
            ('p', 'POST /login {"password":"x' + PASSWORD + '"}'),
            ('p', '{"a":{"b":{"c":{"password":"' + PASSWORD + '"}}}}'),
            ('p', '{"\\u0070assword":"' + PASSWORD + '"}'),
            ('p', '<input name="password" value="' + PASSWORD + '">'),
            ('p', 'DB=x\nDB_PASSWORD=' + PASSWORD), ('p', 'Cookie: session_id=' + PASSWORD),
            ('p', '<p><![CDATA[password=' + PASSWORD + ']]></p>')]
    return plus, minus, hard


def k07():
    inner = [json.dumps({'password': PASSWORD}), 'user=i&password=' + PASSWORD,
             json.dumps(['secret', PASSWORD]), 'a=1; session_id=' + PASSWORD,
             '<r><password>' + PASSWORD + '</password></r>', json.dumps({'api_key': PASSWORD})]
    plus = []
    for text in inner:
        raw = text.encode()
        plus += [('p', b64(text)), ('p', base64.urlsafe_b64encode(raw).decode().rstrip('=')),
                 ('p', raw.hex()), ('p', raw.hex().upper())]
    minus = [('p', value) for value in (
        'f47ac10b-58cc-4372-a567-0e02b2c3d479', 'da39a3ee5e6b4b0d3255bfef95601890afd80709',
        '507f1f77bcf86cd799439011', 'd41d8cd98f00b204e9800998ecf8427e', 'internationalization',
        'application/octet/stream', b64('a plain sentence of words'), b64('{"theme":"dark"}'),
        'V1StGXR8_Z5jdHi6B-myT', '01ARZ3NDEKTSV4RRFFQ69G5FAV', '#a1b2c3', '1700000000000',
        'QUJD', '68656c6c6f', b64('theme=dark&lang=no'), 'abcdefghijklmnop',
        'HelloWorldHelloWorld',
        '2026-11-22T10:20:30Z', 'M10 10H90V90H10Z', 'home_recommendations', 'v10.0.1-rc.1',
        'one%20two%20three')]
    hard = [('p', b64(b64(inner[0]))), ('p', b64(inner[0]).rstrip('=')),
            ('p', inner[0].encode().hex()),
            ('p', 'data: ' + b64(inner[0])), ('p', urllib.parse.quote(b64(inner[0]))),
            ('p', b64(inner[0])[:-3]), ('p', b64(urllib.parse.quote(inner[0]))),
            ('p', json.dumps({'d': b64(inner[0])})), ('p', 'd=' + b64(inner[0]) + '&e=1'),
            ('p', b64(inner[0].encode().hex())),
            ('p', b64(inner[0])[:20] + '\n' + b64(inner[0])[20:])]
    return plus, minus, hard


def k08():
    tag = '<div class="a"><p id="b">x</p><a href="/c">y</a></div>'
    plus = [('p', tag)]
    plus += [('p', f'<{name} class="x"><{name} id="y"><{name} title="z">')
             for name in 'div p a span input button form label section article ul li table tr td '
             'img svg iframe'.split()]
    plus += [('p', 'before ' + tag + ' after'), ('p', tag.upper())]
    minus = [('p', value) for value in (
        '<b>bold</b> <i>it</i> <u>u</u>', 'a < b, c < d, e < f, g < h', '<div class="a">',
        '<a href="x">y</a>',
        '<div><p><span></span></p></div>', '1 < 2 = false', 'x <- y <- z <- q = 1',
        '<3 <3 <3 <3 <3 <3 <3',
        'if (a<b && c<d && e<f) x = 1;', 'List<String> a; Map<K, V> b;', '<none>',
        '<<<<<<<<<<<<<<<<<<<<<<',
        'no tags at all in this text', '<p>one</p><p>two</p><p>three</p>',
        '<br><br><br><br><br><br>',
        '<<a=b>> <<c=d>> <<e=f>>', 'price<100 & size<20 & x<3', '<1 a=b> <2 a=b> <3 a=b>',
        '->  <-  ->  <-  = = =', '</div class> </p id> </a x>', 'email <ada>')]
    hard = [('p', tag.replace('<', '＜').replace('>', '＞')),
            ('p', '<DIV CLASS=a><P ID=b><A HREF=c>'),
            ('p', '<div\nclass="a"><p\tid=b><a  href=c>'), ('p', 'x' * 5000 + tag),
            ('p', tag[:44]),
            ('p', '<div data-x=1><p data-y=2><a data-z=3'), ('p', tag * 3),
            ('p', "<div class='a'><p id='b'><a href='c'>"), ('p', '<x-a b=c><x-d e=f><x-g h=i>'),
            ('p', '<div hidden class=a><p hidden id=b><a download href=c>'),
            ('p', tag.replace('"', ''))]
    return plus, minus, hard


def k09():
    plus = [(name, 1) for name in (
        'ada@example.org', 'user ada.lovelace@example.org', '4111111111111111',
        '4111 1111 1111 1111',
        'ghp_' + 'a' * 10, 'x' * 130, 'y' * 300, 'mail_to_ada@example.org', 'ada@example.com',
        'bob@example.net', 'a.b-c@example.co.uk', '5555555555554444', '378282246310005',
        '6011111111111117', '4012888888881881', '3530111333300000', '5105105105105100',
        'z' * 129, 'q w ' * 60, 'contact: eve@example.org') if not name.startswith('ghp')]
    plus += [('card 4111-1111-1111-1111', 1), ('grace@example.org', 'x')]
    minus = [(name, 1) for name in (
        'password', 'theme', 'utm_source', '$browser', 'Page Title', 'a.b.c', 'x[0]', 'step_12',
        'variant-b', 'über', '名称', 'v2.1.0', 'count_2026', 'é', 'node@version', 'image@2x',
        'f47ac10b', 'A/B test 7', 'Checkout — step 2', 'is_first', 'k', 'x' * 60)]
    hard = [(name, 1) for name in (
        'ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ', 'ada\u200b@example.org', '４１１１１１１１１１１１１１１１',
        '4111\u20111111\u20111111\u20111111',
        '4111.1111.1111.1111', ' ada@example.org ', '"ada@example.org"', '<ada@example.org>',
        'ADA@EXAMPLE.ORG', '٤١١١١١١١١١١١١١١١', 'é' * 70, 'user:ada@example.org:x')]
    return plus, minus, hard


def k10():
    plus = [{'event': name, 'key': 'a', 'value': 1} for name in (
        'Viewed ada@example.org', 'Order 1234567 paid', 'Viewed 4111111111111111', 'x' * 200,
        'User 20260042 signed in', 'ada@example.org', 'Paid 4111 1111 1111 1111', 'ticket 998877',
        'Call +47 912 34 313 123456', 'Opened mail from bob@example.net',
        'sent to eve@example.org',
        '123456', 'id=7654321', 'clicked 100000', 'Session 12345678901',
        'y' * 129, 'account 55512345',
        'Ref:889900', 'order-20261122001', 'go to grace@example.org now', 'customer 4455667788')]
    minus = [{'event': name, 'key': 'a', 'value': 1} for name in (
        'Viewed', 'Sign Up', '$mp_web_page_view', 'Checkout step 2', 'App v2.1.0 opened',
        'A/B test 12345',
        'Page Viewed 2026', 'Ápertura', '打开', 'kjøpte 3 varer', 'error_404',
        'Level 99 reached', 'x',
        'Purchase (EUR)', 'Video 1080p played', 'item.added', 'item/removed', 'Clicked "Buy"',
        'HTTP 500',
        'Trial day 14', 'session_start')]
    hard = [{'event': name, 'key': 'a', 'value': 1} for name in (
        'Viewed ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ', 'Viewed ada\u200b@example.org', 'Paid ４１１１１１１１１１１１１１１１',
        'Paid 4111-1111-1111-1111', 'ADA@EXAMPLE.ORG', 'Paid 4111.1111.1111.1111', 'é' * 70,
        'a123456b', '٤١١١١١١١١١١١١١١١', 'x:ada@example.org:y', 'Viewed <ada@example.org>')]
    return plus, minus, hard


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__.strip())
    makers = {'K01': k01, 'K02': k02, 'K03': k03, 'K04': k04, 'K05': k05, 'K06': k06, 'K07': k07,
              'K08': k08, 'K09': k09, 'K10': k10}
    for name, maker in makers.items():
        text = '\n'.join(lines(*maker())) + '\n'
        (Path(arguments[0]) / f'{name}.jsonl').write_text(text, encoding='utf-8')


if __name__ == '__main__':
    main(sys.argv[1:])
