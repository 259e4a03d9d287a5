/* W4, libwebsockets as a client, with its own poll loop and as it comes.
   usage: w4_libwebsockets PORT blast|paced|echo COUNT [RATE] */
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { MESSAGE = 300, WARM_UP = 200 };
enum { RUNNING, FINISHED, BROKEN };

static struct {
    int echoes, paced, state;
    long count, received;
    unsigned long began, ended, sent;
    double processor_began, processor_ended, *samples;
    char message[4096];
    size_t length;
} run;

static unsigned long now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ul + time.tv_nsec;
}

static double processor_ns(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e9 +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Nonzero closes the connection: all messages are there. */
static int message_received(struct lws *connection) {
    if (run.echoes) {
        if (run.received >= WARM_UP)
            run.samples[run.received - WARM_UP] = now_ns() - run.sent;
        if (++run.received == run.count + WARM_UP) {
            run.state = FINISHED;
            return -1;
        }
        lws_callback_on_writable(connection);
        return 0;
    }
    if (run.paced && run.received)
        run.samples[run.received - 1] = (double)now_ns() - (double)strtoull(run.message + 5, NULL, 10);
    if (run.received == 0) {
        run.began = now_ns();
        run.processor_began = processor_ns();
    }
    if (++run.received < run.count)
        return 0;
    run.ended = now_ns();
    run.processor_ended = processor_ns();
    run.state = FINISHED;
    return -1;
}

static int happened(struct lws *connection, enum lws_callback_reasons reason, void *user, void *bytes,
                    size_t length) {
    static unsigned char outgoing[LWS_PRE + MESSAGE];
    (void)user;
    switch (reason) {
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        lws_callback_on_writable(connection);
        break;
    case LWS_CALLBACK_CLIENT_WRITEABLE: {
        size_t size = run.echoes ? MESSAGE : 2;
        memset(outgoing + LWS_PRE, 'x', size);
        run.sent = now_ns();
        if (lws_write(connection, outgoing + LWS_PRE, size, LWS_WRITE_TEXT) < (int)size)
            return -1;
        break;
    }
    case LWS_CALLBACK_CLIENT_RECEIVE:
        if (run.length + length > sizeof run.message)
            run.length = 0;
        memcpy(run.message + run.length, bytes, length);
        run.length += length;
        if (lws_remaining_packet_payload(connection) || !lws_is_final_fragment(connection))
            break;
        run.length = 0;
        return message_received(connection);
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        fprintf(stderr, "w4_libwebsockets: %s\n", bytes ? (char *)bytes : "cannot connect");
        run.state = BROKEN;
        break;
    case LWS_CALLBACK_CLIENT_CLOSED:
        if (run.state == RUNNING)
            run.state = BROKEN;
        break;
    default:
        break;
    }
    return 0;
}

static void report(const char *mode, const char *rate) {
    double processor = (run.processor_ended - run.processor_began) / (run.count - 1);
    printf("{\"workload\":\"W4\",\"peer\":\"libwebsockets\",\"version\":\"%s\",\"n\":%ld,",
           LWS_LIBRARY_VERSION, run.count);
    if (!run.paced && !run.echoes) {
        printf("\"variant\":\"blast TLS\",\"msgs_per_s\":%.0f,\"cpu_ns_per_msg\":%.0f}\n",
               (run.count - 1) * 1e9 / (run.ended - run.began), processor);
        return;
    }
    long samples = run.echoes ? run.count : run.count - 1;
    qsort(run.samples, samples, sizeof *run.samples, ascending);
    const char *name = run.echoes ? "rtt" : "oneway";
    if (run.paced)
        printf("\"variant\":\"%s TLS %s/s\",\"cpu_ns_per_msg\":%.0f,", mode, rate, processor);
    else
        printf("\"variant\":\"%s TLS\",", mode);
    printf("\"%s_p50_us\":%.2f,\"%s_p99_us\":%.2f,\"%s_p999_us\":%.2f}\n", name,
           run.samples[samples / 2] / 1e3, name, run.samples[samples * 99 / 100] / 1e3, name,
           run.samples[samples * 999 / 1000] / 1e3);
}

int main(int count, char **arguments) {
    static const struct lws_protocols protocols[] = {{"w4", happened, 0, 4096, 0, NULL, 0},
                                                     {NULL, NULL, 0, 0, 0, NULL, 0}};
    if (count < 4) {
        fprintf(stderr, "usage: w4_libwebsockets PORT blast|paced|echo COUNT [RATE]\n");
        return 2;
    }
    const char *mode = arguments[2], *rate = count > 4 ? arguments[4] : "0";
    char path[64];
    run.count = atol(arguments[3]);
    run.echoes = !strcmp(mode, "echo");
    run.paced = !strcmp(mode, "paced");
    run.samples = calloc(run.count + 1, sizeof *run.samples);
    if (run.echoes)
        strcpy(path, "/echo");
    else if (run.paced)
        snprintf(path, sizeof path, "/paced/%ld/%s", run.count, rate);
    else
        snprintf(path, sizeof path, "/blast/%ld", run.count);

    lws_set_log_level(LLL_ERR, NULL);
    struct lws_context_creation_info information = {0};
    information.port = CONTEXT_PORT_NO_LISTEN;
    information.protocols = protocols;
    information.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    struct lws_context *context = lws_create_context(&information);
    struct lws_client_connect_info target = {0};
    target.context = context;
    target.address = "127.0.0.1";
    target.port = atoi(arguments[1]);
    target.path = path;
    target.host = target.origin = "localhost";
    target.protocol = "w4";
    target.ssl_connection = LCCSCF_USE_SSL | LCCSCF_ALLOW_SELFSIGNED | LCCSCF_ALLOW_INSECURE |
                            LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK;
    if (!lws_client_connect_via_info(&target))
        return 1;
    while (run.state == RUNNING)
        if (lws_service(context, 0) < 0)
            break;
    if (run.state != FINISHED)
        return 1;
    report(mode, rate);
    return 0;
}
