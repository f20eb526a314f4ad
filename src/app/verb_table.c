/* What can be typed. The words here are the manual: they say what a verb does, what it answers, and
 * how it is used. */
#include "app/verb.h"

#define NO_FLAGS ((const struct verb_flag[]){{0}})

static const struct verb_flag serve_flags[] = {
    {"listen", "ADDRESS", "address and port; port 0 takes a free one (default 127.0.0.1:8080)",
     VERB_FLAG_OPTIONAL},
    {0},
};

static const struct verb_flag demo_flags[] = {
    {"events", "N", "about how many events (default 200000)", VERB_FLAG_OPTIONAL},
    {"seed", "S", "another seed, another shop (default 42)", VERB_FLAG_OPTIONAL},
    {"name", "NAME", "the project's name (default demo)", VERB_FLAG_OPTIONAL},
    {"end", "DATE", "the last of the 90 days, YYYY-MM-DD (default today, UTC)", VERB_FLAG_OPTIONAL},
    {0},
};

static const struct verb_flag project_create_flags[] = {
    {"zone", "ZONE", "time zone of its days, such as Europe/Berlin (default UTC)",
     VERB_FLAG_OPTIONAL},
    {0},
};

static const struct verb_flag token_create_flags[] = {
    {"project", "P", "project, by name or id", VERB_FLAG_REQUIRED},
    {"kind", "KIND", "qry (aggregates), row (rows), adm (settings) or ing (collection only)",
     VERB_FLAG_REQUIRED},
    {0},
};

static const struct verb_flag token_list_flags[] = {
    {"project", "P", "project, by name or id (default all)", VERB_FLAG_OPTIONAL},
    {0},
};

static const struct verb_flag import_flags[] = {
    {"project", "P", "project, by name or id", VERB_FLAG_REQUIRED},
    {"strict", NULL, "check each line as /import?strict=1 does, and exit with 1 if any is refused",
     VERB_FLAG_OPTIONAL},
    {0},
};

static const struct verb_flag export_flags[] = {
    {"project", "P", "project, by name or id", VERB_FLAG_REQUIRED},
    {"from", "DATE", "first day, YYYY-MM-DD (UTC)", VERB_FLAG_REQUIRED},
    {"to", "DATE", "last day, included", VERB_FLAG_REQUIRED},
    {"format", "FORMAT", "jsonl (default) or csv", VERB_FLAG_OPTIONAL},
    {0},
};

static const struct verb_flag sdk_audit_flags[] = {
    {"wait", "S", "seconds for what is sent after the last click (default 3)", VERB_FLAG_OPTIONAL},
    {"chromium", "PATH", "the browser (default chromium in PATH)", VERB_FLAG_OPTIONAL},
    {0},
};

static const struct verb_flag drill_flags[] = {
    {"mode", "MODE", "of the shield: guarded (default), strict or open", VERB_FLAG_OPTIONAL},
    {"chromium", "PATH", "the browser (default chromium in PATH)", VERB_FLAG_OPTIONAL},
    {"keep", NULL, "leave the temporary folder, and say where it is", VERB_FLAG_OPTIONAL},
    {0},
};

static const struct verb_flag query_flags[] = {
    {"project", "P", "project, by name or id, unless the plan names it", VERB_FLAG_OPTIONAL},
    {"format", "FORMAT", "table (default), json or csv", VERB_FLAG_OPTIONAL},
    {0},
};

static const struct verb verbs[] = {
    {
        .name = "init",
        .operands = "",
        .summary = "make a data folder",
        .about = "Makes the folder (mode 0700) with its keys and its control database, and prints\n"
                 "the path of a link that signs the first owner in. The link works once, within\n"
                 "72 hours; open it on the address where the server listens.\n"
                 "--json prints {\"data\",\"owner_link\"}.",
        .examples = "candor init --data ./data\n"
                    "candor init --data /var/lib/candor --json",
        .flags = NO_FLAGS,
        .needs_folder = true,
        .run = verb_init,
    },
    {
        .name = "serve",
        .operands = "",
        .summary = "run the server",
        .about =
            "Opens the data folder, replays what a crash may have left in the log, and serves\n"
            "until SIGTERM or SIGINT. Prints one line when it is ready:\n"
            "  listening on http://127.0.0.1:8080\n"
            "The log goes to standard error, one JSON object a line.",
        .examples = "candor serve --data ./data\n"
                    "candor serve --data ./data --listen 127.0.0.1:0\n"
                    "candor serve --config /etc/candor.ini",
        .flags = serve_flags,
        .needs_folder = true,
        .run = verb_serve,
    },
    {
        .name = "demo",
        .operands = "",
        .summary = "write a sample project",
        .about = "Writes 90 days of an invented shop into a new project. The same seed, size and\n"
                 "end date give the same events.\n"
                 "--json prints {\"name\",\"id\",\"token\",\"events\",\"people\",\"seconds\"}.",
        .examples =
            "candor demo --data ./data\n"
            "candor demo --data ./data --events 1000000 --seed 7 --name big --end 2026-06-30",
        .flags = demo_flags,
        .needs_folder = true,
        .run = verb_demo,
    },
    {
        .name = "project create",
        .operands = "NAME",
        .operand_min = 1,
        .operand_max = 1,
        .summary = "make a project",
        .about = "Prints its token (for clients, public by nature) and its API secret (for\n"
                 "/import; shown this once).\n"
                 "--json prints {\"name\",\"id\",\"token\",\"secret\"}.",
        .examples = "candor project create shop --data ./data\n"
                    "candor project create shop --zone Europe/Berlin --data ./data",
        .flags = project_create_flags,
        .needs_folder = true,
        .run = verb_project_create,
    },
    {
        .name = "project list",
        .operands = "",
        .summary = "list the projects",
        .about = "",
        .examples = "candor project list --data ./data",
        .flags = NO_FLAGS,
        .needs_folder = true,
        .run = verb_project_list,
    },
    {
        .name = "project show",
        .operands = "NAME",
        .operand_min = 1,
        .operand_max = 1,
        .summary = "show one project",
        .about = "",
        .examples = "candor project show shop --data ./data",
        .flags = NO_FLAGS,
        .needs_folder = true,
        .run = verb_project_show,
    },
    {
        .name = "token create",
        .operands = "",
        .summary = "make a token for the API",
        .about = "The token is shown this once and kept as a hash. It expires after 90 days; a\n"
                 "token of kind ing does not.\n"
                 "--json prints {\"token\",\"kind\",\"project\",\"expires\"}.",
        .examples = "candor token create --project shop --kind qry --data ./data",
        .flags = token_create_flags,
        .needs_folder = true,
        .run = verb_token_create,
    },
    {
        .name = "token list",
        .operands = "",
        .summary = "list the tokens",
        .about = "",
        .examples = "candor token list --project shop --data ./data",
        .flags = token_list_flags,
        .needs_folder = true,
        .run = verb_token_list,
    },
    {
        .name = "token revoke",
        .operands = "ID",
        .operand_min = 1,
        .operand_max = 1,
        .summary = "end a token at once",
        .about = "The id is the one that `candor token list` shows.",
        .examples = "candor token revoke 3 --data ./data",
        .flags = NO_FLAGS,
        .needs_folder = true,
        .run = verb_token_revoke,
    },
    {
        .name = "user link",
        .operands = "",
        .summary = "make another sign-in link for the owner",
        .about = "--json prints {\"owner_link\"}.",
        .examples = "candor user link --data ./data",
        .flags = NO_FLAGS,
        .needs_folder = true,
        .run = verb_user_link,
    },
#include "app/verb_shield_list.h"
    {
        .name = "sdk-audit",
        .operands = "URL",
        .operand_min = 1,
        .operand_max = 1,
        .summary = "see what a page gives away, whatever SDK it has",
        .about =
            "Opens the page in Chromium, plants a text of its own in every field, data attribute,\n"
            "label and title and in the address's query, types, clicks and submits without\n"
            "leaving, and looks for these texts in every request, also behind percent signs,\n"
            "base64, hex, gzip and JSON. Visits no other address.\n"
            "Exit status: 0 when nothing was found, 1 when something was, 2 when it could not be\n"
            "done. --json prints {\"url\",\"canaries\",\"requests\",\"leaks\",\"left_out\"}.",
        .examples = "candor sdk-audit http://127.0.0.1:3000/checkout\n"
                    "candor sdk-audit https://staging.example.org/ --wait 10 --json",
        .flags = sdk_audit_flags,
        .run = verb_sdk_audit,
    },
    {
        .name = "drill",
        .operands = "[DRILL]",
        .operand_max = 1,
        .summary = "play an incident of the past against this program",
        .about =
            "Starts a server, a site and a browser of its own on this machine, in a temporary\n"
            "folder that goes away afterwards, and plays the drill with them. Nothing else is\n"
            "reached. Without DRILL it lists what there is.\n"
            "2018-autocapture: a page with fields of a framework and a password manager. Our\n"
            "SDK must send nothing of what is planted; a broken build of it sends everything,\n"
            "and the server must store nothing; a property that no detector knows must raise\n"
            "the alarm and be held. Takes about a minute.\n"
            "Exit status: 0 only when nothing got through and the alarm came. --json prints\n"
            "{\"drill\",\"mode\",\"passed\",\"ms\",\"rows\",\"through\",\"left_out\"}.",
        .examples = "candor drill\n"
                    "candor drill 2018-autocapture\n"
                    "candor drill 2018-autocapture --mode open --json",
        .flags = drill_flags,
        .run = verb_drill,
    },
    {
        .name = "import",
        .operands = "FILE|-",
        .operand_min = 1,
        .operand_max = 1,
        .summary = "read Mixpanel export lines into a project",
        .about =
            "One JSON object a line, as Mixpanel's raw export gives them; plain or gzip. Events\n"
            "that are stored already (by $insert_id) are counted and not stored again, so an\n"
            "import that broke off can be run again. Lines that cannot be taken are counted,\n"
            "and the first ten are named on standard error.\n"
            "--json prints\n"
            "{\"read\",\"stored\",\"duplicate\",\"refused\",\"ignored\",\"seconds\"}.",
        .examples = "candor import --project shop events.jsonl.gz --data ./data\n"
                    "zcat *.gz | candor import --project shop - --strict --data ./data",
        .flags = import_flags,
        .needs_folder = true,
        .run = verb_import,
    },
    {
        .name = "export",
        .operands = "",
        .summary = "write a project's events to standard output",
        .about =
            "Mixpanel's export lines, or CSV with the columns event, time, distinct_id,\n"
            "$insert_id and properties (JSON). In the order of days, and of time within a day.",
        .examples = "candor export --project shop --from 2026-08-01 --to 2026-08-31 --data ./data\n"
                    "candor export --project shop --from 2026-08-01 --to 2026-08-01 --format csv",
        .flags = export_flags,
        .needs_folder = true,
        .run = verb_export,
    },
    {
        .name = "query",
        .operands = "FILE|-",
        .operand_min = 1,
        .operand_max = 1,
        .summary = "answer a question",
        .about = "The question is a plan, JSON. --json is short for --format json.",
        .examples = "echo '{\"kind\": \"trend\", \"unit\": \"day\",\n"
                    "       \"time\": {\"last\": {\"count\": 7, \"unit\": \"day\"}},\n"
                    "       \"measures\": [{\"event\": \"Purchase\", \"count\": \"events\"}]}' |\n"
                    "  candor query --project demo - --data ./data",
        .flags = query_flags,
        .needs_folder = true,
        .run = verb_query,
    },
    {
        .name = "verify",
        .operands = "",
        .summary = "read everything that is stored and check it",
        .about = "Control database, events, identities and log. A line for each; exit status 1 if\n"
                 "anything is damaged.",
        .examples = "candor verify --data ./data",
        .flags = NO_FLAGS,
        .needs_folder = true,
        .run = verb_verify,
    },
    {
        .name = "flush",
        .operands = "",
        .summary = "write what is in memory to segments",
        .about = "",
        .examples = "candor flush --data ./data",
        .flags = NO_FLAGS,
        .is_hidden = true, /* the server does it by itself: for tests */
        .needs_folder = true,
        .run = verb_flush,
    },
    {
        .name = "version",
        .operands = "",
        .summary = "say which version this is",
        .about = "--json prints {\"version\",\"commit\"}.",
        .examples = "candor version",
        .flags = NO_FLAGS,
        .run = verb_version,
    },
    {
        .name = "help",
        .operands = "[VERB|config]",
        .operand_max = 2,
        .summary = "explain a verb, or the settings",
        .about = "",
        .examples = "candor help import\n"
                    "candor help config",
        .flags = NO_FLAGS,
        .run = verb_help,
    },
};

const struct verb *verb_table(int *count)
{
    *count = (int)(sizeof verbs / sizeof verbs[0]);
    return verbs;
}
