/* candor version */
#include "app/verb.h"
#include "app/version.h"

enum verb_exit verb_version(const struct invocation *invocation)
{
    struct buffer out;
    struct error error;
    buffer_init(&out, 1024);
    if (invocation->wants_json) {
        buffer_append_string(&out, "{\"version\":\"" CANDOR_VERSION "\",\"commit\":\"" CANDOR_COMMIT
                                   "\"}\n");
    } else {
        buffer_append_string(&out, "candor " CANDOR_VERSION " (" CANDOR_COMMIT ")\n");
    }
    enum status status = verb_print(&out, &error);
    buffer_release(&out);
    return status == STATUS_OK ? VERB_DONE : verb_failed("print", &error);
}
