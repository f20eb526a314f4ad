/* load: sends events to a server on this machine as fast as it can, or at a given rate.
 *
 *   load --port P --token T [--batch 50] [--connections 64] [--seconds 10] [--rate R]
 *        [--shape wide|web] [--from page|server] [--seed S]
 *   load --lines N --token T [--shape wide|web] [--seed S]     N events as lines, for imports
 *
 * One thread, one epoll, keep-alive connections, one request under way on each. Bodies are made
 * before the clock starts; before each send only the digits of $insert_id and time are overwritten,
 * so that no two events are duplicates and the client costs the server's machine little. A page
 * names its origin, as browsers do, and is answered with the headers of CORS; a server does not.
 * With --rate (requests a second) requests are due at fixed moments, and latency counts from the
 * moment a request was due: a stalled server is not excused (no coordinated omission).
 * Prints one JSON object. Exit status 1 if any answer was not 200 with the body 1. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum {
    ID_DIGITS = 16,
    TIME_DIGITS = 13,
    READY_MAX = 256, /* events taken at a time */
    BODY_COUNT = 64, /* different requests made ahead: users, pages, prices vary */
    SAMPLES_MAX = 4 * 1000 * 1000,
};

struct options {
    int port;
    const char *token;
    int batch;
    int connections;
    double seconds;
    double rate; /* 0: as fast as the server answers */
    bool wide;
    bool is_server; /* no Origin header */
    long lines;     /* print so many events instead of sending any */
    uint64_t seed;
};

struct request {
    char *bytes;
    size_t size;
    size_t *id_places;
    size_t *time_places;
};

struct connection {
    int socket;
    int request; /* index of the request being sent, -1 when idle */
    size_t sent;
    size_t got;
    char answer[1024];
    char *bytes; /* this connection's own copy of the request */
    size_t bytes_capacity;
    size_t size;
    uint64_t due_ns;
};

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int64_t wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static uint64_t random_state;

static uint32_t random_below(uint32_t n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((random_state >> 33) % n);
}

static const char *const NAMES[] = {"Page Viewed",   "Product Viewed",   "Added to Cart",
                                    "Search",        "Checkout Started", "Purchase Completed",
                                    "Button Clicked"};
static const char *const COUNTRIES[] = {"US", "GB", "DE", "FR", "IN", "CA", "BR", "JP"};
static const char *const BROWSERS[] = {"Chrome", "Safari", "Firefox", "Edge"};
static const char *const SYSTEMS[] = {"Windows", "iOS", "Android", "Mac OS X"};
static const char *const PLANS[] = {"free", "pro", "team"};

/* An event like the browser SDK's, about 430 bytes, or the wide one of 900 that importers see. */
static size_t write_event(char *out, size_t room, const struct options *options)
{
    uint32_t user = random_below(20000);
    int size = snprintf(
        out, room,
        "{\"event\":\"%s\",\"properties\":{\"token\":\"%s\",\"$insert_id\":\"%016d\","
        "\"time\":1%012d,"
        "\"distinct_id\":\"user-%u\",\"$device_id\":\"%08x-0a1b2c3d\",\"$user_id\":\"user-%u\","
        "\"mp_lib\":\"web\",\"$lib_version\":\"2.83.0\",\"$os\":\"%s\",\"$browser\":\"%s\","
        "\"$browser_version\":%u,\"$screen_height\":1080,\"$screen_width\":1920,"
        "\"$current_url\":\"https://shop.example/product/%u\",\"plan\":\"%s\"",
        NAMES[random_below(7)], options->token, 0, 0, user, user * 2654435761u, user,
        SYSTEMS[random_below(4)], BROWSERS[random_below(4)], 120 + random_below(20),
        random_below(5000), PLANS[random_below(3)]);
    if (options->wide) {
        size += snprintf(
            out + size, room - (size_t)size,
            ",\"mp_country_code\":\"%s\",\"utm_source\":\"google\",\"utm_medium\":\"cpc\","
            "\"utm_campaign\":\"spring_2026_launch\",\"$referrer\":\"https://ref%u.example/\","
            "\"$referring_domain\":\"ref%u.example\",\"price\":%u.%02u,\"duration\":%u,"
            "\"is_mobile\":%s,\"$user_agent\":\"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 "
            "(KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36\",\"tags\":[\"beta\",\"web\","
            "\"exp-%u\"],\"$initial_referrer\":\"$direct\","
            "\"$initial_referring_domain\":\"$direct\",\"experiment\":\"checkout-b\","
            "\"cart\":{\"items\":%u,\"currency\":\"USD\"}",
            COUNTRIES[random_below(8)], random_below(2000), random_below(2000), random_below(200),
            random_below(100), random_below(100000), random_below(2) ? "true" : "false",
            random_below(40), random_below(9));
    }
    size += snprintf(out + size, room - (size_t)size, "}}");
    return (size_t)size;
}

static void *check_memory(void *memory)
{
    if (memory) return memory;
    fprintf(stderr, "load: out of memory\n");
    exit(1);
}

static struct request make_request(const struct options *options)
{
    size_t room = (size_t)options->batch * 2048 + 1024;
    char *body = check_memory(malloc(room));
    size_t size = 0;
    body[size++] = '[';
    for (int i = 0; i < options->batch; i++) {
        if (i > 0) body[size++] = ',';
        size += write_event(body + size, room - size, options);
    }
    body[size++] = ']';

    struct request request = {0};
    request.bytes = check_memory(malloc(size + 512));
    int head =
        snprintf(request.bytes, 512,
                 "POST /track HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json"
                 "\r\n%sContent-Length: %zu\r\n\r\n",
                 options->port, options->is_server ? "" : "Origin: https://shop.example\r\n", size);
    memcpy(request.bytes + head, body, size);
    request.size = (size_t)head + size;
    free(body);

    request.id_places = check_memory(calloc((size_t)options->batch, sizeof(size_t)));
    request.time_places = check_memory(calloc((size_t)options->batch, sizeof(size_t)));
    const char *place = request.bytes;
    request.bytes[request.size] = 0;
    for (int i = 0; i < options->batch; i++) {
        place = strstr(place, "\"$insert_id\":\"") + 14;
        request.id_places[i] = (size_t)(place - request.bytes);
        place = strstr(place, "\"time\":") + 7;
        request.time_places[i] = (size_t)(place - request.bytes);
    }
    return request;
}

static void write_digits(char *place, int digits, uint64_t number)
{
    for (int i = digits - 1; i >= 0; i--) {
        place[i] = (char)('0' + number % 10);
        number /= 10;
    }
}

struct load {
    struct options options;
    struct request requests[BODY_COUNT];
    struct connection *connections;
    int epoll;
    uint64_t next_id;
    uint64_t done;
    uint64_t bad;
    uint64_t started_ns;
    uint64_t end_ns;
    uint64_t issued;
    float *latencies_ms;
    uint64_t latency_count;
    int idle_count;
    int *idle;
};

static void begin_request(struct load *load, struct connection *connection, uint64_t due_ns)
{
    struct request *request = &load->requests[load->issued % BODY_COUNT];
    if (connection->bytes_capacity < request->size) {
        connection->bytes = check_memory(realloc(connection->bytes, request->size));
        connection->bytes_capacity = request->size;
    }
    memcpy(connection->bytes, request->bytes, request->size);
    uint64_t time = (uint64_t)wall_ms();
    for (int i = 0; i < load->options.batch; i++) {
        write_digits(connection->bytes + request->id_places[i], ID_DIGITS, load->next_id++);
        write_digits(connection->bytes + request->time_places[i], TIME_DIGITS, time);
    }
    connection->request = (int)(load->issued % BODY_COUNT);
    connection->size = request->size;
    connection->sent = 0;
    connection->got = 0;
    connection->due_ns = due_ns;
    load->issued++;
}

static void fail(const char *what)
{
    fprintf(stderr, "load: could not %s: %s\n", what, strerror(errno));
    exit(1);
}

/* True when the request is out. */
static bool send_some(struct connection *connection)
{
    while (connection->sent < connection->size) {
        ssize_t size = send(connection->socket, connection->bytes + connection->sent,
                            connection->size - connection->sent, MSG_NOSIGNAL);
        if (size < 0) {
            if (errno == EAGAIN) return false;
            fail("send");
        }
        connection->sent += (size_t)size;
    }
    return true;
}

/* True when a whole answer is there; its verdict goes to *good. */
static bool receive_some(struct connection *connection, bool *good)
{
    ssize_t size = recv(connection->socket, connection->answer + connection->got,
                        sizeof connection->answer - 1 - connection->got, 0);
    if (size < 0 && errno == EAGAIN) return false;
    if (size <= 0) fail("receive (the server closed the connection)");
    connection->got += (size_t)size;
    connection->answer[connection->got] = 0;
    char *end = strstr(connection->answer, "\r\n\r\n");
    if (!end) return false;
    char *length = strcasestr(connection->answer, "content-length:");
    size_t body = length ? (size_t)strtoul(length + 15, NULL, 10) : 0;
    if (connection->got < (size_t)(end + 4 - connection->answer) + body) return false;
    *good = strncmp(connection->answer, "HTTP/1.1 200", 12) == 0 && body == 1 && end[4] == '1';
    return true;
}

static void start(struct load *load, struct connection *connection, uint64_t due_ns)
{
    begin_request(load, connection, due_ns);
    bool all = send_some(connection);
    struct epoll_event event = {.events = all ? EPOLLIN : EPOLLIN | EPOLLOUT,
                                .data.ptr = connection};
    if (!all) epoll_ctl(load->epoll, EPOLL_CTL_MOD, connection->socket, &event);
}

static void finish(struct load *load, struct connection *connection, bool good)
{
    uint64_t now = now_ns();
    load->done++;
    if (!good) load->bad++;
    if (load->latency_count < SAMPLES_MAX) {
        load->latencies_ms[load->latency_count++] =
            (float)((double)(now - connection->due_ns) / 1e6);
    }
    connection->request = -1;
    if (load->options.rate == 0) {
        if (now < load->end_ns) start(load, connection, now);
        return;
    }
    load->idle[load->idle_count++] = (int)(connection - load->connections);
}

static void connect_all(struct load *load)
{
    load->epoll = epoll_create1(0);
    for (int i = 0; i < load->options.connections; i++) {
        struct connection *connection = &load->connections[i];
        connection->socket = socket(AF_INET, SOCK_STREAM, 0);
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_port = htons((uint16_t)load->options.port),
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        if (connect(connection->socket, (struct sockaddr *)&address, sizeof address) < 0) {
            fail("connect");
        }
        int on = 1;
        setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        fcntl(connection->socket, F_SETFL, O_NONBLOCK);
        connection->request = -1;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        epoll_ctl(load->epoll, EPOLL_CTL_ADD, connection->socket, &event);
        load->idle[load->idle_count++] = i;
    }
}

static void handle(struct load *load, struct epoll_event *ready)
{
    struct connection *connection = ready->data.ptr;
    if ((ready->events & EPOLLOUT) && connection->request >= 0 && send_some(connection)) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        epoll_ctl(load->epoll, EPOLL_CTL_MOD, connection->socket, &event);
    }
    bool good;
    if ((ready->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && receive_some(connection, &good)) {
        finish(load, connection, good);
    }
}

/* Start what is due; returns how long to wait for the next, in nanoseconds. */
static uint64_t start_due(struct load *load, uint64_t now)
{
    if (load->options.rate == 0) return 100000000;
    double gap_ns = 1e9 / load->options.rate;
    for (;;) {
        uint64_t due = load->started_ns + (uint64_t)((double)load->issued * gap_ns);
        if (due >= load->end_ns) return 10000000;
        if (due > now) return due - now;
        if (load->idle_count == 0) return 1000000;
        start(load, &load->connections[load->idle[--load->idle_count]], due);
    }
}

/* Sleeps to the nanosecond: a client that spins would take a core from the server it measures. */
static int wait_ready(struct load *load, struct epoll_event *ready, uint64_t wait_ns)
{
    struct timespec wait = {.tv_sec = (time_t)(wait_ns / 1000000000),
                            .tv_nsec = (long)(wait_ns % 1000000000)};
    return epoll_pwait2(load->epoll, ready, READY_MAX, &wait, NULL);
}

static void run(struct load *load)
{
    load->started_ns = now_ns();
    load->end_ns = load->started_ns + (uint64_t)(load->options.seconds * 1e9);
    if (load->options.rate == 0) {
        int count = load->idle_count;
        load->idle_count = 0;
        for (int i = 0; i < count; i++)
            start(load, &load->connections[i], now_ns());
    }
    struct epoll_event ready[READY_MAX];
    for (;;) {
        uint64_t now = now_ns();
        uint64_t wait_ns = start_due(load, now);
        if (now >= load->end_ns && load->done == load->issued) break;
        if (now >= load->end_ns + 10000000000u) break; /* answers that never come */
        int count = wait_ready(load, ready, wait_ns);
        for (int i = 0; i < count; i++)
            handle(load, &ready[i]);
    }
}

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a;
    float y = *(const float *)b;
    return (x > y) - (x < y);
}

static double percentile(const struct load *load, double p)
{
    if (load->latency_count == 0) return 0;
    return (double)load->latencies_ms[(uint64_t)((double)(load->latency_count - 1) * p / 100)];
}

static void report(struct load *load)
{
    double seconds = (double)(now_ns() - load->started_ns) / 1e9;
    if (seconds > load->options.seconds) seconds = load->options.seconds;
    qsort(load->latencies_ms, load->latency_count, sizeof(float), compare_floats);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double cpu = (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6 +
                 (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6;
    printf("{\"requests\":%llu,\"events\":%llu,\"bad\":%llu,\"unanswered\":%llu,\"seconds\":%.3f,"
           "\"requests_per_second\":%.0f,\"events_per_second\":%.0f,\"request_bytes\":%zu,"
           "\"p50_ms\":%.3f,\"p90_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,"
           "\"client_cpu_seconds\":%.2f}\n",
           (unsigned long long)load->done,
           (unsigned long long)load->done * (unsigned long long)load->options.batch,
           (unsigned long long)load->bad, (unsigned long long)(load->issued - load->done), seconds,
           (double)load->done / seconds, (double)load->done * load->options.batch / seconds,
           load->requests[0].size, percentile(load, 50), percentile(load, 90), percentile(load, 99),
           percentile(load, 100), cpu);
}

/* Ninety days of events, a little out of order, as a data warehouse would hand them over. */
static void print_lines(const struct options *options)
{
    static char line[4096];
    uint64_t now = (uint64_t)wall_ms();
    uint64_t span = (uint64_t)90 * 86400 * 1000;
    for (long i = 0; i < options->lines; i++) {
        size_t size = write_event(line, sizeof line - 1, options);
        char *id = strstr(line, "\"$insert_id\":\"") + 14;
        char *time = strstr(line, "\"time\":") + 7;
        uint64_t when = now - span + span / (uint64_t)options->lines * (uint64_t)i;
        write_digits(id, ID_DIGITS, (uint64_t)i + options->seed * 1000000000u);
        write_digits(time, TIME_DIGITS, when - random_below(600000));
        line[size++] = '\n';
        fwrite(line, 1, size, stdout);
    }
}

static bool set_option(struct options *options, const char *name, const char *value)
{
    if (strcmp(name, "--token") == 0) {
        options->token = value;
        return true;
    }
    if (strcmp(name, "--shape") == 0) {
        options->wide = strcmp(value, "wide") == 0;
        return true;
    }
    if (strcmp(name, "--from") == 0) {
        options->is_server = strcmp(value, "server") == 0;
        return true;
    }
    char *end;
    double number = strtod(value, &end);
    if (*end != 0 || end == value) return false;
    if (strcmp(name, "--port") == 0)
        options->port = (int)number;
    else if (strcmp(name, "--batch") == 0)
        options->batch = (int)number;
    else if (strcmp(name, "--connections") == 0)
        options->connections = (int)number;
    else if (strcmp(name, "--seconds") == 0)
        options->seconds = number;
    else if (strcmp(name, "--rate") == 0)
        options->rate = number;
    else if (strcmp(name, "--seed") == 0)
        options->seed = (uint64_t)number;
    else if (strcmp(name, "--lines") == 0)
        options->lines = (long)number;
    else
        return false;
    return true;
}

static bool parse(int argc, char **argv, struct options *options)
{
    *options = (struct options){
        .batch = 50, .connections = 64, .seconds = 10, .seed = (uint64_t)wall_ms()};
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!set_option(options, argv[i], argv[i + 1])) return false;
    }
    if (argc % 2 == 0 || !options->token) return false;
    if (options->lines > 0) return true;
    return options->port > 0 && options->batch > 0 && options->connections > 0;
}

int main(int argc, char **argv)
{
    static struct load load;
    if (!parse(argc, argv, &load.options)) {
        fprintf(stderr, "usage: load --port P --token T [--batch N] [--connections N] [--seconds S]"
                        " [--rate R] [--shape wide|web] [--from page|server] [--seed S]\n");
        return 2;
    }
    random_state = load.options.seed;
    if (load.options.lines > 0) {
        print_lines(&load.options);
        return 0;
    }
    load.next_id = (load.options.seed % 1000000) * 10000000000u;
    for (int i = 0; i < BODY_COUNT; i++)
        load.requests[i] = make_request(&load.options);
    load.latencies_ms = check_memory(malloc(SAMPLES_MAX * sizeof(float)));
    load.connections =
        check_memory(calloc((size_t)load.options.connections, sizeof(struct connection)));
    load.idle = check_memory(calloc((size_t)load.options.connections, sizeof(int)));
    connect_all(&load);
    run(&load);
    report(&load);
    return load.bad > 0 || load.done == 0 ? 1 : 0;
}
