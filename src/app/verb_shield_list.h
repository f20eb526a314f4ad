/* The verbs of `candor shield`, as rows of the table in verb_table.c. Each has a file of its own,
 * verb_shield_<word>.c. */

#define PROJECT_FLAG                                                 \
    {                                                                \
        "project", "P", "project, by name or id", VERB_FLAG_REQUIRED \
    }

{
    .name = "shield show",
    .operands = "",
    .summary = "show what a project's shield was told, and by whom",
    .about = "--json prints it with every revision, loosening and hold.",
    .examples = "candor shield show --project shop --data ./data",
    .flags = (const struct verb_flag[]){PROJECT_FLAG, {0}},
    .needs_folder = true,
    .run = verb_shield_show,
},
    {
        .name = "shield mode",
        .operands = "guarded|strict|open",
        .operand_min = 1,
        .operand_max = 1,
        .summary = "say what becomes of properties that no plan lists",
        .about = "guarded  kept, unless a detector or a rule objects (the default)\n"
                 "strict   only what the tracking plan lists is stored\n"
                 "open     detectors and hard rules alone; needs a reason and a name, and ends\n"
                 "         after 30 days by itself\n"
                 "--json prints {\"mode\",\"until\"}.",
        .examples = "candor shield mode --project shop strict\n"
                    "candor shield mode --project shop open --by ann --reason \"launch week\"",
        .flags =
            (const struct verb_flag[]){
                PROJECT_FLAG,
                {"by", "MEMBER", "who wants it", VERB_FLAG_OPTIONAL},
                {"reason", "R", "why", VERB_FLAG_OPTIONAL},
                {0},
            },
        .needs_folder = true,
        .run = verb_shield_mode,
    },
    {
        .name = "shield plan",
        .operands = "FILE|-|show",
        .operand_min = 1,
        .operand_max = 1,
        .summary = "give a project its tracking plan, or show it",
        .about = "JSON or YAML of at most 1 MiB; the last 100 revisions are kept. A file that is\n"
                 "called show is written ./show.\n"
                 "--json prints {\"revision\"}, or {\"text\"} with show.",
        .examples = "candor shield plan --project shop plan.yaml --by ann\n"
                    "candor shield plan --project shop show --revision 3",
        .flags =
            (const struct verb_flag[]){
                PROJECT_FLAG,
                {"by", "MEMBER", "who wants it", VERB_FLAG_OPTIONAL},
                {"revision", "N", "with show: an older one", VERB_FLAG_OPTIONAL},
                {0},
            },
        .needs_folder = true,
        .run = verb_shield_plan,
    },
    {
        .name = "shield rules",
        .operands = "FILE|-|show",
        .operand_min = 1,
        .operand_max = 1,
        .summary = "give a project rules of its own, or show them",
        .about = "At most 1 MiB; the last 100 revisions are kept.\n"
                 "--json prints {\"revision\"}, or {\"text\"} with show.",
        .examples = "candor shield rules --project shop rules.txt --by ann\n"
                    "candor shield rules --project shop show",
        .flags =
            (const struct verb_flag[]){
                PROJECT_FLAG,
                {"by", "MEMBER", "who wants it", VERB_FLAG_OPTIONAL},
                {"revision", "N", "with show: an older one", VERB_FLAG_OPTIONAL},
                {0},
            },
        .needs_folder = true,
        .run = verb_shield_rules,
    },
    {
        .name = "shield loosen",
        .operands = "",
        .summary = "let a property pass a detector for a time",
        .about = "For at most 366 days; hard rules are not loosened by it. --until now ends a\n"
                 "loosening.",
        .examples =
            "candor shield loosen --project shop --property order --detector F01 --by ann \\\n"
            "  --until 2026-12-31 --reason \"order numbers pass the card test\"",
        .flags =
            (const struct verb_flag[]){
                PROJECT_FLAG,
                {"property", "NAME", "whose values pass", VERB_FLAG_REQUIRED},
                {"detector", "ID", "the detector, such as F01", VERB_FLAG_REQUIRED},
                {"until", "DATE", "last day, YYYY-MM-DD (UTC), or now", VERB_FLAG_REQUIRED},
                {"by", "MEMBER", "who answers for it", VERB_FLAG_REQUIRED},
                {"reason", "R", "why", VERB_FLAG_REQUIRED},
                {0},
            },
        .needs_folder = true,
        .run = verb_shield_loosen,
    },
    {
        .name = "shield hold",
        .operands = "",
        .summary = "drop a property's new values until it is released",
        .about =
            "What is stored of it is not shown until then: exports leave it out, and questions\n"
            "that name it are refused.",
        .examples =
            "candor shield hold --project shop --property note --by ann --reason \"names in it\"",
        .flags =
            (const struct verb_flag[]){
                PROJECT_FLAG,
                {"property", "NAME", "the property", VERB_FLAG_REQUIRED},
                {"by", "MEMBER", "who wants it", VERB_FLAG_REQUIRED},
                {"reason", "R", "why", VERB_FLAG_REQUIRED},
                {0},
            },
        .needs_folder = true,
        .run = verb_shield_hold,
    },
    {
        .name = "shield release",
        .operands = "",
        .summary = "let a held property in again",
        .about = "",
        .examples = "candor shield release --project shop --property note --by ann",
        .flags =
            (const struct verb_flag[]){
                PROJECT_FLAG,
                {"property", "NAME", "the property", VERB_FLAG_REQUIRED},
                {"by", "MEMBER", "who wants it", VERB_FLAG_REQUIRED},
                {"reason", "R", "why", VERB_FLAG_OPTIONAL},
                {0},
            },
        .needs_folder = true,
        .run = verb_shield_release,
    },
    {
        .name = "shield settings",
        .operands = "",
        .summary = "say what browser SDKs of a project may do",
        .about = "Changes what is named and leaves the rest. A list is separated by commas and\n"
                 "replaces the one before; none empties it. A dictionary is a file of lines: one\n"
                 "\"salt SALT\", then hashes of 16 hex digits; none takes it away.",
        .examples =
            "candor shield settings --project shop --autocapture on\n"
            "candor shield settings --project shop --route /,/orders/:id --param utm_source\n"
            "candor shield settings --project shop --dictionary texts.hashes",
        .flags =
            (const struct verb_flag[]){
                PROJECT_FLAG,
                {"autocapture", "on|off", "capture clicks and page views", VERB_FLAG_OPTIONAL},
                {"observe", "on|off", "learn texts that many devices show", VERB_FLAG_OPTIONAL},
                {"sample", "S", "share of visitors, 0 to 1", VERB_FLAG_OPTIONAL},
                {"route", "LIST", "paths that may be told apart", VERB_FLAG_OPTIONAL},
                {"param", "LIST", "query parameters that are kept", VERB_FLAG_OPTIONAL},
                {"dictionary", "FILE", "texts that may be sent", VERB_FLAG_OPTIONAL},
                {0},
            },
        .needs_folder = true,
        .run = verb_shield_settings,
    },
    {
        .name = "shield dictionary",
        .operands = "list|forget HASH|clear",
        .operand_min = 1,
        .operand_max = 2,
        .summary = "show and change which texts a project has learned",
        .about =
            "While the project observes (candor shield settings --observe on), a text that 50\n"
            "devices showed over 3 days joins its dictionary by itself. There are hashes only.\n"
            "list    what was learned and what was taken off\n"
            "forget  take one off for good, also one that was uploaded\n"
            "clear   forget what was learned and what was taken off: both begin anew\n"
            "--json with list prints {\"observe\",\"uploaded\",\"listed\",\"waiting\",\n"
            "\"learned\",\"forgotten\"}.",
        .examples = "candor shield dictionary --project shop list\n"
                    "candor shield dictionary --project shop forget 0c351341592251e5 --by ann",
        .flags =
            (const struct verb_flag[]){
                PROJECT_FLAG,
                {"by", "MEMBER", "who wants it", VERB_FLAG_OPTIONAL},
                {0},
            },
        .needs_folder = true,
        .run = verb_shield_dictionary,
    },
    {
        .name = "shield versions",
        .operands = "",
        .summary = "show which versions of which library send events",
        .about = "With the share of the last 24 hours' events that come from a version or a newer\n"
                 "one. --json prints {\"days\",\"versions\",\"sentences\"}.",
        .examples = "candor shield versions --project shop --days 7",
        .flags =
            (const struct verb_flag[]){
                PROJECT_FLAG,
                {"days", "N", "how far back (default 30)", VERB_FLAG_OPTIONAL},
                {0},
            },
        .needs_folder = true,
        .run = verb_shield_versions,
    },
    {
        .name = "shield findings",
        .operands = "",
        .summary = "show what the shield removed, as counts",
        .about = "By event, property, detector, library version, source and country; never a\n"
                 "value. --json prints {\"from\",\"to\",\"findings\",\"total\",\"left_out\"}.",
        .examples = "candor shield findings --project shop --days 7",
        .flags =
            (const struct verb_flag[]){
                PROJECT_FLAG,
                {"days", "N", "how far back (default 30)", VERB_FLAG_OPTIONAL},
                {"from", "DATE", "first day, YYYY-MM-DD (UTC)", VERB_FLAG_OPTIONAL},
                {"to", "DATE", "last day", VERB_FLAG_OPTIONAL},
                {0},
            },
        .needs_folder = true,
        .run = verb_shield_findings,
    },
    {
        .name = "shield watch",
        .operands = "",
        .summary = "show what the drift watch keeps count of",
        .about =
            "By event, property and library version: how often, how many of them were near misses\n"
            "of a detector and how many a sure finding, in what share of the event's records,\n"
            "since when, and the newest alarm; never a value. A row without a property is the\n"
            "event itself. State is learning, settled, alarmed (within the last day) or\n"
            "held. --json prints {\"series\",\"left_out\"}.",
        .examples = "candor shield watch --project shop",
        .flags = (const struct verb_flag[]){PROJECT_FLAG, {0}},
        .needs_folder = true,
        .run = verb_shield_watch,
    },
    {
        .name = "shield scan",
        .operands = "[FILE|-]",
        .operand_max = 1,
        .summary = "look for secrets in what is stored, or in a file",
        .about = "With --project: the events stored, and the profiles of users and groups, judged\n"
                 "as at the door; nothing is changed, and what is found joins the project's\n"
                 "findings (source scan), ready for a hold. Profiles are scanned whatever the\n"
                 "days. With FILE: events, profiles, objects or texts, one a line; nothing is\n"
                 "kept.\n"
                 "--rules tries other rules. It runs at the lowest priority.\n"
                 "--json prints {\"lines\",\"profiles\",\"hits\",\"findings\"}.",
        .examples = "candor shield scan --project shop --data ./data\n"
                    "candor shield scan export.jsonl --rules new.rules",
        .flags =
            (const struct verb_flag[]){
                {"project", "P", "project, by name or id", VERB_FLAG_OPTIONAL},
                {"rules", "FILE", "other rules than the built-in ones", VERB_FLAG_OPTIONAL},
                {"from", "DATE", "first day (default: all)", VERB_FLAG_OPTIONAL},
                {"to", "DATE", "last day", VERB_FLAG_OPTIONAL},
                {0},
            },
        .needs_folder = true,
        .run = verb_shield_scan,
    },
    {
        .name = "shield inspect-link",
        .operands = "",
        .summary = "make a link that shows on a page what its SDK sends",
        .about =
            "Whoever opens the link within 15 minutes sees, on that page and nowhere else, the\n"
            "last 200 records of the browser SDK, every field and what was removed. The page's\n"
            "candor.init needs the project's key in trust. The link is good for every page of the\n"
            "address's origin. --json prints {\"link\",\"until\"}.",
        .examples = "candor shield inspect-link --project shop --url https://shop.example.org/cart",
        .flags =
            (const struct verb_flag[]){
                PROJECT_FLAG,
                {"url", "URL", "the page, http or https", VERB_FLAG_REQUIRED},
                {0},
            },
        .needs_folder = true,
        .run = verb_shield_inspect_link,
    },
#undef PROJECT_FLAG
