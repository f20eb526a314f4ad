/* The words of the demo. Places are places; shops, people, sites and campaigns are invented, and
 * addresses end in .example, which belongs to nobody (RFC 2606). Names of systems, browsers and
 * phones are those that the clients report. */
#include "app/demo_internal.h"

#define T(literal)   TEXT_INIT(literal)
#define COUNT(table) (uint32_t)(sizeof(table) / sizeof *(table))

const struct text demo_plans[3] = {T("free"), T("pro"), T("team")};
const int32_t demo_plan_cents[3] = {0, 900, 2900};

static const struct demo_city cities[] = {
    {T("US"), T("New York"), T("New York"), -300, 110},
    {T("US"), T("California"), T("Los Angeles"), -480, 80},
    {T("US"), T("Illinois"), T("Chicago"), -360, 60},
    {T("US"), T("Texas"), T("Austin"), -360, 50},
    {T("DE"), T("Land Berlin"), T("Berlin"), 60, 70},
    {T("DE"), T("Bavaria"), T("Munich"), 60, 45},
    {T("DE"), T("Hamburg"), T("Hamburg"), 60, 35},
    {T("GB"), T("England"), T("London"), 0, 85},
    {T("GB"), T("Scotland"), T("Edinburgh"), 0, 25},
    {T("FR"), T("Ile-de-France"), T("Paris"), 60, 60},
    {T("FR"), T("Auvergne-Rhone-Alpes"), T("Lyon"), 60, 25},
    {T("NL"), T("North Holland"), T("Amsterdam"), 60, 40},
    {T("ES"), T("Madrid"), T("Madrid"), 60, 35},
    {T("SE"), T("Stockholm"), T("Stockholm"), 60, 25},
    {T("PL"), T("Mazovia"), T("Warsaw"), 60, 30},
    {T("CA"), T("Ontario"), T("Toronto"), -300, 40},
    {T("BR"), T("Sao Paulo"), T("S\xc3\xa3o Paulo"), -180, 45},
    {T("IN"), T("Karnataka"), T("Bengaluru"), 330, 50},
    {T("IN"), T("Maharashtra"), T("Mumbai"), 330, 35},
    {T("JP"), T("Tokyo"), T("Tokyo"), 540, 40},
    {T("AU"), T("New South Wales"), T("Sydney"), 600, 30},
};

static const struct demo_device devices[] = {
    {DEMO_DESKTOP, 150, T("Windows"), T(""), T("Chrome"), 1390, T(""), T(""), 1920, 1080},
    {DEMO_DESKTOP, 70, T("Windows"), T(""), T("Chrome"), 1380, T(""), T(""), 1536, 864},
    {DEMO_DESKTOP, 60, T("Windows"), T(""), T("Microsoft Edge"), 1390, T(""), T(""), 1920, 1080},
    {DEMO_DESKTOP, 35, T("Windows"), T(""), T("Firefox"), 1410, T(""), T(""), 1366, 768},
    {DEMO_DESKTOP, 80, T("Mac OS X"), T(""), T("Chrome"), 1390, T(""), T(""), 1728, 1117},
    {DEMO_DESKTOP, 65, T("Mac OS X"), T(""), T("Safari"), 185, T(""), T(""), 1440, 900},
    {DEMO_DESKTOP, 20, T("Linux"), T(""), T("Firefox"), 1410, T(""), T(""), 2560, 1440},
    {DEMO_DESKTOP, 15, T("Chrome OS"), T(""), T("Chrome"), 1390, T(""), T(""), 1366, 768},
    {DEMO_MOBILE_WEB, 100, T("iOS"), T(""), T("Mobile Safari"), 185, T("iPhone"), T(""), 393, 852},
    {DEMO_MOBILE_WEB, 20, T("iOS"), T(""), T("Chrome iOS"), 1390, T("iPhone"), T(""), 390, 844},
    {DEMO_MOBILE_WEB, 90, T("Android"), T(""), T("Chrome"), 1390, T("Android"), T(""), 412, 915},
    {DEMO_MOBILE_WEB, 25, T("Android"), T(""), T("Samsung Internet"), 280, T("Android"), T(""), 384,
     854},
    {DEMO_IOS, 50, T("iOS"), T("18.5"), T(""), 0, T(""), T("iPhone16,1"), 393, 852},
    {DEMO_IOS, 35, T("iOS"), T("18.3"), T(""), 0, T(""), T("iPhone14,5"), 390, 844},
    {DEMO_IOS, 15, T("iPadOS"), T("18.5"), T(""), 0, T(""), T("iPad14,3"), 834, 1194},
    {DEMO_ANDROID, 45, T("Android"), T("15"), T(""), 0, T(""), T("Pixel 9"), 1080, 2424},
    {DEMO_ANDROID, 30, T("Android"), T("14"), T(""), 0, T(""), T("Pixel 7a"), 1080, 2400},
    {DEMO_ANDROID, 15, T("Android"), T("13"), T(""), 0, T(""), T("Pixel 5"), 1080, 2340},
};

static const struct demo_product products[] = {
    {T("p-101"), T("Harbour Desk Lamp"), T("harbour-desk-lamp"), T("Lighting"), 4990},
    {T("p-102"), T("Moth Wall Light"), T("moth-wall-light"), T("Lighting"), 6450},
    {T("p-103"), T("Paper Moon Pendant"), T("paper-moon-pendant"), T("Lighting"), 8900},
    {T("p-104"), T("Candle Set, Fir"), T("candle-set-fir"), T("Lighting"), 1850},
    {T("p-201"), T("Oak Side Table"), T("oak-side-table"), T("Furniture"), 12900},
    {T("p-202"), T("Reading Chair"), T("reading-chair"), T("Furniture"), 24900},
    {T("p-203"), T("Three-Step Shelf"), T("three-step-shelf"), T("Furniture"), 9950},
    {T("p-204"), T("Coat Stand"), T("coat-stand"), T("Furniture"), 7900},
    {T("p-205"), T("Folding Stool"), T("folding-stool"), T("Furniture"), 3900},
    {T("p-301"), T("Linen Throw"), T("linen-throw"), T("Textiles"), 5990},
    {T("p-302"), T("Wool Cushion"), T("wool-cushion"), T("Textiles"), 3450},
    {T("p-303"), T("Striped Rug"), T("striped-rug"), T("Textiles"), 14900},
    {T("p-304"), T("Tea Towel, Pair"), T("tea-towel-pair"), T("Textiles"), 1690},
    {T("p-305"), T("Curtain, Oat"), T("curtain-oat"), T("Textiles"), 7450},
    {T("p-401"), T("Stoneware Bowl"), T("stoneware-bowl"), T("Kitchen"), 2290},
    {T("p-402"), T("Enamel Kettle"), T("enamel-kettle"), T("Kitchen"), 5490},
    {T("p-403"), T("Chopping Board"), T("chopping-board"), T("Kitchen"), 3290},
    {T("p-404"), T("Espresso Cups, Four"), T("espresso-cups-four"), T("Kitchen"), 3990},
    {T("p-405"), T("Salt Cellar"), T("salt-cellar"), T("Kitchen"), 1450},
    {T("p-406"), T("Bread Knife"), T("bread-knife"), T("Kitchen"), 4250},
    {T("p-501"), T("Watering Can"), T("watering-can"), T("Garden"), 3690},
    {T("p-502"), T("Clay Pot, Large"), T("clay-pot-large"), T("Garden"), 2890},
    {T("p-503"), T("Herb Seeds, Six"), T("herb-seeds-six"), T("Garden"), 1250},
    {T("p-504"), T("Pruning Shears"), T("pruning-shears"), T("Garden"), 2790},
    {T("p-601"), T("Pocket Notebook"), T("pocket-notebook"), T("Paper"), 890},
    {T("p-602"), T("Wall Calendar"), T("wall-calendar"), T("Paper"), 1990},
    {T("p-603"), T("Letter Set"), T("letter-set"), T("Paper"), 1590},
    {T("p-604"), T("Print, Two Herons"), T("print-two-herons"), T("Paper"), 4500},
};

static const struct demo_source sources[] = {
    {30, T("https://video.example/watch"), T("video.example"), T("video"), T("paid_social"),
     T("autumn_launch")},
    {300, T(""), T(""), T(""), T(""), T("")},
    {260, T("https://search.example/"), T("search.example"), T(""), T(""), T("")},
    {90, T("https://search.example/"), T("search.example"), T("search"), T("cpc"), T("brand")},
    {80, T("https://letters.example/"), T("letters.example"), T("newsletter"), T("email"),
     T("weekly")},
    {70, T("https://photos.example/"), T("photos.example"), T("photos"), T("social"),
     T("always_on")},
    {60, T("https://news.example/living/lamps"), T("news.example"), T(""), T(""), T("")},
    {50, T("https://blog.example/best-desk-lamps"), T("blog.example"), T("partner"), T("referral"),
     T("affiliates")},
};

static const struct text searches[] = {
    T("lamp"), T("desk lamp"), T("rug"),   T("gift"),     T("oak table"), T("cushion"),
    T("bowl"), T("notebook"),  T("seeds"), T("curtains"), T("kettle"),    T("herons"),
};

static const struct text pages[] = {
    T("/"),        T("/new"),    T("/sale"),     T("/guides/light"), T("/lighting"),
    T("/kitchen"), T("/garden"), T("/textiles"), T("/furniture"),    T("/about"),
};
static const struct text page_titles[] = {
    T("Home"),    T("New in"), T("Sale"),     T("A guide to light"), T("Lighting"),
    T("Kitchen"), T("Garden"), T("Textiles"), T("Furniture"),        T("About us"),
};
_Static_assert(COUNT(pages) == COUNT(page_titles), "a title for each page");

static const struct text first_names[] = {
    T("Amrel"),  T("Bendra"), T("Corvin"), T("Delisa"), T("Edvar"),  T("Fenja"),  T("Gorlan"),
    T("Hesper"), T("Ilvane"), T("Jorrik"), T("Kesta"),  T("Lorvik"), T("Mireld"), T("Nadoro"),
    T("Oslind"), T("Perrin"), T("Quenby"), T("Rovena"), T("Sivert"), T("Talwyn"), T("Ulmera"),
    T("Vesken"), T("Wendel"), T("Xandry"), T("Yorina"), T("Zelkan"),
};
static const struct text last_names[] = {
    T("Ambersly"),   T("Brockhurn"),   T("Calverdine"), T("Dunmarrow"),  T("Eastvale"),
    T("Farrowick"),  T("Glenhythe"),   T("Harrowmere"), T("Inglebach"),  T("Junipar"),
    T("Kestermann"), T("Lowenstride"), T("Marrowby"),   T("Nettlefall"), T("Oakenshaw-Lind"),
    T("Pellworth"),  T("Quillandre"),  T("Rosenhythe"), T("Silverdene"), T("Thornquist-Bay"),
    T("Underlay"),   T("Vandermoor"),  T("Wickersong"), T("Yarrowell"),  T("Zumbrenner"),
};

const struct demo_words demo_words = {
    .cities = cities,
    .devices = devices,
    .products = products,
    .sources = sources,
    .searches = searches,
    .pages = pages,
    .page_titles = page_titles,
    .first_names = first_names,
    .last_names = last_names,
    .city_count = COUNT(cities),
    .device_count = COUNT(devices),
    .product_count = COUNT(products),
    .source_count = COUNT(sources),
    .search_count = COUNT(searches),
    .page_count = COUNT(pages),
    .landing_count = 4,
    .first_name_count = COUNT(first_names),
    .last_name_count = COUNT(last_names),
};
