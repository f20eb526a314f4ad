"""Values that everybody sends and nobody should lose: ids, moments, measures, code, texts."""

import base64
import string

HEX = '0123456789abcdef'
ALNUM = string.ascii_letters + string.digits
URL64 = ALNUM + '-_'
CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'


def draw(chance, alphabet, size):
    return ''.join(chance.choices(alphabet, k=size))


def uuid(chance, version):
    text = draw(chance, HEX, 32)
    text = text[:12] + version + text[13:16] + chance.choice('89ab') + text[17:]
    return '-'.join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def ean(chance, size=13):
    body = draw(chance, string.digits, size - 1)
    total = sum(int(digit) * (3 if (size - place) % 2 == 0 else 1)
                for place, digit in enumerate(body))
    return body + str(-total % 10)


def isbn(chance):
    body = '978' + draw(chance, string.digits, 9)
    total = sum(int(digit) * (1 if place % 2 == 0 else 3) for place, digit in enumerate(body))
    return body + str(-total % 10)


def luhn(body):
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return body + str(-total % 10)


PRODUCTS_A = ['Blue', 'Oak', 'Winter', 'Smart', 'Classic', 'Mini', 'Kinder', 'Sommer', 'Grand',
              'Petit', 'Eco', 'Nordic', 'Urban', 'Vintage', 'Solid', 'Soft']
PRODUCTS_B = ['Chair', 'Table', 'Lamp', 'Jacke', 'Schuhe', 'Tasse', 'Sofa', 'Rucksack',
              'Phone Case', 'Headphones', 'Notebook', 'Teppich', 'Bottle', 'Mixer', 'Kissen',
              'Spiegel']
TEXTS = [
    'Add to cart', 'Proceed to checkout', 'Your order has been placed', 'Compare plans',
    'In den Warenkorb', 'Jetzt kaufen und sparen', 'Weiter zur Kasse', 'Konto erstellen',
    'Ajouter au panier', 'Voir tous les produits', 'Votre commande est en route',
    'A\u00f1adir al carrito', 'Ver todos los productos', 'Gracias por su compra',
    'Aggiungi al carrello', 'Scopri di pi\u00f9', 'In winkelwagen', 'Bekijk alle producten',
    'L\u00e4gg i varukorgen', 'Visa alla produkter', 'Legg i handlekurv', 'Dodaj do koszyka',
    'Zobacz wszystkie produkty', 'Adicionar ao carrinho', 'Sepete ekle',
    '\u0414\u043e\u0431\u0430\u0432\u0438\u0442\u044c \u0432 '
    '\u043a\u043e\u0440\u0437\u0438\u043d\u0443',
    '\u30ab\u30fc\u30c8\u306b\u5165\u308c\u308b', '\u52a0\u5165\u8d2d\u7269\u8f66',
    '\uc7a5\ubc14\uad6c\ub2c8\uc5d0 \ub2f4\uae30', 'Item is out of stock in your size',
    'Free shipping over 50 EUR', 'Rated 4.8 of 5 by 1,204 people', 'Page 3 of 12',
    'Showing 1-20 of 348 results', 'Delivered within 2-4 working days', 'Sale ends in 3 h 20 min',
]
NAMES = ['home_recommendations', 'checkout_step_2', 'plan-team-yearly', 'exp_pricing_v3',
         'variant_b', 'hero_banner_left', 'onboarding.step.profile', 'feature/new-nav',
         'src/components/Cart.tsx',
         '@scope/package-name', 'image@2x.png', 'icon-24px.svg', 'utm_source', 'newsletter_2025_06',
         'getUserPreferences', 'MAX_RETRY_COUNT', 'useLayoutEffect', 'application/json',
         'text/html; charset=utf-8', 'en-US', 'de-AT', 'Europe/Vienna', 'America/Sao_Paulo']

# kind: its keys (two at least), and how it is made
KINDS = [
    ('uuid1', ['id', 'trace_id', 'request_id', 'cart_id'], lambda c: uuid(c, '1')),
    ('uuid4', ['session_ref', 'object_id', 'order_uuid', 'item_id'], lambda c: uuid(c, '4')),
    ('uuid7', ['event_id', 'message_id', 'uuid', 'run_id'], lambda c: '018f' + uuid(c, '7')[4:]),
    ('ulid', ['ulid', 'job_id', 'id', 'step_id'], lambda c: '01' + draw(c, CROCKFORD, 24)),
    ('objectid', ['_id', 'doc_id', 'category_id', 'parent_id'], lambda c: draw(c, HEX, 24)),
    ('nanoid', ['nanoid', 'short_id', 'share_id', 'block_id'], lambda c: draw(c, URL64, 21)),
    ('insert_id', ['$insert_id', 'insert_ref', 'dedup_id', 'batch_id'],
     lambda c: draw(c, string.ascii_lowercase + string.digits, 16)),
    ('sha', ['sha', 'commit', 'git_sha', 'revision'], lambda c: draw(c, HEX, 40)),
    ('short_sha', ['build', 'commit_short', 'release', 'version_hash'], lambda c: draw(c, HEX, 7)),
    ('md5', ['md5', 'etag', 'checksum', 'content_hash'], lambda c: draw(c, HEX, 32)),
    ('snowflake', ['snowflake', 'tweet_id', 'status_id', 'post_id'],
     lambda c: str(c.randint(1 << 60, 1 << 61))),
    ('ms', ['timestamp', 'created_at_ms', 'loaded_at', 'time_ms'],
     lambda c: c.randint(1577836800000, 1900000000000)),
    ('seconds', ['time', 'created', 'expires_at', 'ts'],
     lambda c: c.randint(1577836800, 1900000000)),
    ('isbn', ['isbn', 'isbn13', 'book', 'edition'], isbn),
    ('ean', ['ean', 'gtin', 'barcode', 'article'], ean),
    ('imei_like', ['sku', 'part_number', 'serial_sku', 'model_code'],
     lambda c: luhn('9' + draw(c, string.digits, 13))),
    ('order', ['order_number', 'order_id', 'invoice', 'booking'],
     lambda c: str(c.randint(10000000, 99999999))),
    ('order_luhn', ['order_ref', 'ticket_number', 'case_id', 'shipment'],
     lambda c: luhn('1' + draw(c, string.digits, 8))),
    ('order_prefixed', ['order_code', 'reference', 'po_number', 'quote'],
     lambda c: f'{c.choice(["ORD", "INV", "SO", "PO"])}-{c.randint(2019, 2026)}-'
     f'{draw(c, string.digits, 6)}'),
    ('price', ['price', 'amount', 'total', 'revenue'], lambda c: c.randint(1, 999999) / 100),
    ('price_text', ['price_label', 'discount', 'shipping_cost', 'subtotal'],
     lambda c: f'{c.randint(1, 9)},{c.randint(0, 999):03d}.{c.randint(0, 99):02d} EUR'),
    ('coordinate', ['lat_rounded', 'lon_rounded', 'grid_x', 'grid_y'],
     lambda c: c.randint(-9000, 9000) / 100),
    ('version', ['version', 'app_version', 'sdk_version', 'os_version'],
     lambda c: f'{c.randint(0, 20)}.{c.randint(0, 99)}.{c.randint(0, 999)}'),
    ('version_long', ['build_number', 'driver_version', 'engine', 'firmware'],
     lambda c: f'{c.randint(1, 140)}.0.{c.randint(1000, 9999)}.{c.randint(10, 300)}'),
    ('count', ['count', 'quantity', 'items', 'clicks'], lambda c: c.randint(0, 5000)),
    ('duration', ['duration_ms', 'load_time', 'elapsed', 'ttfb'], lambda c: c.randint(1, 900000)),
    ('bytes', ['size', 'bytes_sent', 'heap', 'transfer_size'], lambda c: c.randint(1000, 1 << 34)),
    ('pixels', ['viewport', 'screen', 'image_size', 'canvas'],
     lambda c: f'{c.randint(300, 3840)}x{c.randint(300, 2160)}'),
    ('css', ['css', 'style_hint', 'selector', 'class_list'],
     lambda c: f'.{c.choice(["btn", "nav", "card"])}--{draw(c, string.ascii_lowercase, 5)} > '
     f'li:nth-child({c.randint(1, 9)})'),
    ('color', ['color', 'theme_color', 'accent', 'background'], lambda c: '#' + draw(c, HEX, 6)),
    ('svg', ['icon_path', 'svg', 'shape', 'outline'],
     lambda c: ' '.join(f'{c.choice("MLCQ")}{c.randint(0, 500)} {c.randint(0, 500)}'
                        for _ in range(6))),
    ('image', ['thumbnail', 'preview_image', 'sprite', 'placeholder_image'],
     lambda c: 'data:image/png;base64,' + base64.b64encode(
         b'\x89PNG\r\n\x1a\n' + bytes(c.getrandbits(8) for _ in range(60))).decode()),
    ('product', ['product', 'item_name', 'product_name', 'title'],
     lambda c: f'{c.choice(PRODUCTS_A)} {c.choice(PRODUCTS_B)} {c.randint(1, 60)}'),
    ('text', ['label', 'button', 'heading', 'cta'], lambda c: c.choice(TEXTS)),
    ('name', ['page', 'experiment', 'component', 'flag'], lambda c: c.choice(NAMES)),
    ('date', ['date', 'day', 'renewal', 'valid_from'],
     lambda c: f'{c.randint(2019, 2030)}-{c.randint(1, 12):02d}-{c.randint(1, 28):02d}'),
    ('moment', ['at', 'updated', 'seen_at', 'first_open'],
     lambda c: f'{c.randint(2019, 2030)}-{c.randint(1, 12):02d}-{c.randint(1, 28):02d}T'
     f'{c.randint(0, 23):02d}:{c.randint(0, 59):02d}:{c.randint(0, 59):02d}Z'),
    ('bool', ['is_trial', 'has_coupon', 'first_visit', 'opted_in'], lambda c: c.random() < 0.5),
    ('path', ['screen_path', 'route', 'module', 'file'],
     lambda c: '/'.join(c.choices(['shop', 'cart', 'pricing', 'docs', 'guides', 'blog'], k=3))),
    ('tags', ['tags', 'sizes', 'filters', 'steps'],
     lambda c: c.choices(['red', 'xl', 'new', 'sale', 'team', 'beta'], k=3)),
]


def make(chance, half):
    kind, keys, maker = chance.choice(KINDS)
    key = chance.choice(keys[0::2] if half == 'a' else keys[1::2])
    return kind, key, maker(chance)
