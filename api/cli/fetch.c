#include "api/cli/fetch.h"

#include "core/base/limits.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONNECT_TIMEOUT_S = 10,
    TIMEOUT_S = 60,
    REDIRECT_MAX = 5,
    ADDRESS_SIZE = 4 * URL_SIZE_MAX, // with a key of which every byte is escaped
    TOKEN_SIZE = 4096,
    SIGNATURE_NAME_SIZE = 128,
    STATUS_CODE_NOT_FOUND = 404,
    STATUS_CODE_GONE = 410,
};

static const char *const https = "https://";
static const char *const s3 = "s3://";
// S3 wants to know the SHA-256 of what a request carries: nothing.
static const char *const content_hash =
    "X-Amz-Content-Sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

struct download {
    struct fetch      *fetch;
    struct buffer     *content;
    CURL              *curl;
    struct curl_slist *headers;
    bool               is_too_large;
    char               address[ADDRESS_SIZE];
    char               token[TOKEN_SIZE];
    char               error[CURL_ERROR_SIZE];
};

static enum status say(struct fetch *fetch, enum status status, const char *what,
                       const char *detail)
{
    (void)snprintf(fetch->detail, sizeof fetch->detail, "%s%s%s", what, detail[0] == 0 ? "" : ": ",
                   detail);
    return status;
}

static bool begins(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

struct bytes fetch_source(const char *address)
{
    return (struct bytes){(const uint8_t *)address, strcspn(address, "?#")};
}

// --- Addresses --------------------------------------------------------------

static const char *environment(const char *name)
{
    // Nobody changes the environment.
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    const char *value = getenv(name);
    return value == NULL || value[0] == 0 ? NULL : value;
}

static const char *region(void)
{
    const char *value = environment("AWS_REGION");
    if (value == NULL) value = environment("AWS_DEFAULT_REGION");
    return value == NULL ? "us-east-1" : value;
}

// The part of a URL before its path: scheme and host. A bucket with dots has no certificate of its
// own name.
static void add_service(struct bytes bucket, struct buffer *out)
{
    const char *endpoint = environment("AWS_ENDPOINT_URL");
    const int   size = (int)bucket.size;
    const char *name = (const char *)bucket.at;
    if (endpoint != NULL) {
        size_t size_endpoint = strlen(endpoint);
        while (size_endpoint > 0 && endpoint[size_endpoint - 1] == '/') {
            size_endpoint--;
        }
        buffer_printf(out, "%.*s/%.*s/", (int)size_endpoint, endpoint, size, name);
    } else if (memchr(bucket.at, '.', bucket.size) != NULL) {
        buffer_printf(out, "https://s3.%s.amazonaws.com/%.*s/", region(), size, name);
    } else {
        buffer_printf(out, "https://%.*s.s3.%s.amazonaws.com/", size, name, region());
    }
}

static bool is_unreserved(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte != 0 && strchr("-._~/", byte) != NULL);
}

static enum status address_of_object(struct download *download)
{
    struct bytes       key = bytes_of_text(download->fetch->address + strlen(s3));
    const struct bytes bucket = bytes_cut(&key, '/');
    struct buffer      out = buffer_over(download->address, sizeof download->address);
    if (bucket.size == 0 || key.size == 0) {
        return say(download->fetch, STATUS_USAGE, "an object is named s3://BUCKET/KEY", "");
    }
    for (size_t i = 0; i < bucket.size; i++) {
        if (is_unreserved(bucket.at[i])) continue;
        return say(download->fetch, STATUS_USAGE, "that is no name of a bucket", "");
    }
    add_service(bucket, &out);
    for (size_t i = 0; i < key.size; i++) {
        buffer_printf(&out, is_unreserved(key.at[i]) ? "%c" : "%%%02X", key.at[i]);
    }
    if (buffer_text(&out)[0] != 0 && !out.is_full) return OK;
    return say(download->fetch, STATUS_USAGE, "that address is too long", "");
}

// What stands in an address stands in the shell's history: no password.
static bool names_user(const char *address)
{
    CURLU     *url = curl_url();
    char      *user = NULL;
    const bool is_url = url != NULL && curl_url_set(url, CURLUPART_URL, address, 0) == CURLUE_OK;
    const bool has_user = is_url && curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_OK;
    curl_free(user);
    curl_url_cleanup(url);
    return has_user;
}

static enum status find_address(struct download *download)
{
    struct fetch *fetch = download->fetch;
    if (begins(fetch->address, s3)) {
        const enum status status = address_of_object(download);
        if (status != OK) return status;
    } else {
        (void)snprintf(download->address, sizeof download->address, "%s", fetch->address);
    }
    if (!begins(download->address, https)) {
        return say(fetch, STATUS_USAGE, "an address begins with https:// or s3://", "");
    }
    if (fetch_source(fetch->address).size > URL_SIZE_MAX) {
        return say(fetch, STATUS_USAGE, "that address is too long", "");
    }
    if (!names_user(download->address)) return OK;
    return say(fetch, STATUS_USAGE, "no user and no password in an address", "");
}

// --- The transfer -----------------------------------------------------------

// As curl wants it.
static size_t take(char *at, size_t size, size_t count, void *context)
{
    struct download *download = context;
    const size_t     room = download->content->size_max - download->content->size;
    if (size * count > room) {
        download->is_too_large = true;
        return 0;
    }
    buffer_add(download->content, (struct bytes){(const uint8_t *)at, size * count});
    return size * count;
}

static int show_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t up_total,
                         curl_off_t up_now)
{
    (void)context;
    (void)up_total;
    (void)up_now;
    if (total > 0) {
        (void)fprintf(stderr, "\rfetching: %lld of %lld bytes ", (long long)now, (long long)total);
    } else {
        (void)fprintf(stderr, "\rfetching: %lld bytes ", (long long)now);
    }
    return 0;
}

static bool add_header(struct download *download, const char *header)
{
    struct curl_slist *longer = curl_slist_append(download->headers, header);
    if (longer == NULL) return false;
    download->headers = longer;
    return curl_easy_setopt(download->curl, CURLOPT_HTTPHEADER, longer) == CURLE_OK;
}

// Signed where the environment has keys. Headers of one's own go to whoever a redirect names, so a
// signed request follows none.
static bool set_signature(struct download *download)
{
    char        name[SIGNATURE_NAME_SIZE];
    CURL       *curl = download->curl;
    const char *key = environment("AWS_ACCESS_KEY_ID");
    const char *secret = environment("AWS_SECRET_ACCESS_KEY");
    const char *token = environment("AWS_SESSION_TOKEN");
    if (!begins(download->fetch->address, s3) || key == NULL || secret == NULL) return true;
    (void)snprintf(name, sizeof name, "aws:amz:%s:s3", region());
    bool is_set = curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, name) == CURLE_OK;
    is_set = curl_easy_setopt(curl, CURLOPT_USERNAME, key) == CURLE_OK && is_set;
    is_set = curl_easy_setopt(curl, CURLOPT_PASSWORD, secret) == CURLE_OK && is_set;
    is_set = curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK && is_set;
    is_set = add_header(download, content_hash) && is_set;
    if (token == NULL) return is_set;
    const int size =
        snprintf(download->token, sizeof download->token, "X-Amz-Security-Token: %s", token);
    const bool is_whole = size > 0 && (size_t)size < sizeof download->token;
    return is_whole && add_header(download, download->token) && is_set;
}

static bool set_trust(struct download *download)
{
    CURL       *curl = download->curl;
    const char *ca_file = download->fetch->ca_file;
    bool        is_set = curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK;
    is_set = curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK && is_set;
    is_set = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK && is_set;
    is_set = curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "https") == CURLE_OK && is_set;
    is_set =
        curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
        is_set;
    if (ca_file == NULL) return is_set;
    is_set = curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file) == CURLE_OK && is_set;
    return curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK && is_set;
}

static bool set_options(struct download *download)
{
    CURL      *curl = download->curl;
    const bool is_silent = !download->fetch->has_progress;
    bool       is_set = curl_easy_setopt(curl, CURLOPT_URL, download->address) == CURLE_OK;
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, download->error);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "licet");
    (void)curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)REDIRECT_MAX);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIMEOUT_S);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, download);
    (void)curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, show_progress);
    (void)curl_easy_setopt(curl, CURLOPT_NOPROGRESS, is_silent ? 1L : 0L);
    is_set = set_trust(download) && is_set;
    return set_signature(download) && is_set;
}

// --- What came of it --------------------------------------------------------

static enum status judge_answer(struct download *download)
{
    long code = 0;
    char text[64];
    (void)curl_easy_getinfo(download->curl, CURLINFO_RESPONSE_CODE, &code);
    (void)snprintf(text, sizeof text, "it answers %ld", code);
    const bool is_missing = code == STATUS_CODE_NOT_FOUND || code == STATUS_CODE_GONE;
    return say(download->fetch, is_missing ? STATUS_NOT_FOUND : STATUS_UNREACHABLE, text,
               is_missing ? "there is no such file" : "");
}

static enum status judge(struct download *download, CURLcode result)
{
    long          code = 0;
    struct fetch *fetch = download->fetch;
    const char   *detail = download->error[0] != 0 ? download->error : curl_easy_strerror(result);
    if (download->is_too_large) {
        char text[64];
        (void)snprintf(text, sizeof text, "more than %d bytes", LICENSE_FILE_SIZE_MAX);
        return say(fetch, STATUS_TOO_LARGE, text, "");
    }
    switch ((int)result) {
    case CURLE_OK:
        (void)curl_easy_getinfo(download->curl, CURLINFO_RESPONSE_CODE, &code);
        return code == 200 ? OK : judge_answer(download); // a redirect that is not followed
    case CURLE_HTTP_RETURNED_ERROR:
        return judge_answer(download);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return say(fetch, STATUS_BAD_SIGNATURE, "it is not to be trusted", detail);
    case CURLE_UNSUPPORTED_PROTOCOL:
        return say(fetch, STATUS_UNREACHABLE, "it leads to an address without https", "");
    case CURLE_OPERATION_TIMEDOUT:
        return say(fetch, STATUS_TIMED_OUT, "it takes too long", "");
    default:
        return say(fetch, STATUS_UNREACHABLE, "it cannot be fetched", detail);
    }
}

enum status fetch_text(struct fetch *fetch, struct buffer *content)
{
    static struct download download; // too large for a stack; one at a time
    download = (struct download){.fetch = fetch, .content = content};
    fetch->detail[0] = 0;
    enum status status = find_address(&download);
    if (status != OK) return status;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return STATUS_OUT_OF_MEMORY;
    download.curl = curl_easy_init();
    if (download.curl == NULL || !set_options(&download)) {
        status = say(fetch, STATUS_UNREACHABLE, "libcurl cannot do what this needs", "");
    } else {
        status = judge(&download, curl_easy_perform(download.curl));
        if (fetch->has_progress) (void)fputc('\n', stderr);
    }
    curl_easy_cleanup(download.curl);
    curl_slist_free_all(download.headers);
    curl_global_cleanup();
    return status;
}
