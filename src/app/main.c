#include "app/verb.h"
#include "crypt/secret.h"

#include <stdlib.h>
#include <unistd.h>

int main(int argument_count, char **arguments)
{
    if (argument_count < 1) return VERB_MISUSED;
    crypt_init();
    return (int)verb_run(arguments + 1, (const char *const *)environ);
}
