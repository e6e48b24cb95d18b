#pragma once
// SHA256_Init and its like are deprecated in OpenSSL 3 in favour of EVP, whose contexts are allocated with malloc: two
// allocations per check. They remain as long as OpenSSL 3 does; this header is the only place to change afterwards.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/md5.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// SHA-256 of the concatenation of two byte sequences, without allocations. The digest has 32 bytes.
static inline void authfcgi_sha256(const void *first, size_t first_size, const void *second, size_t second_size,
                                   unsigned char *digest) {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, first, first_size);
    if (second_size > 0) SHA256_Update(&context, second, second_size);
    SHA256_Final(digest, &context);
}

// Functions in place of macros, which Swift does not import.

static inline int authfcgi_tls_set_oldest_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_min_proto_version(context, version);
}

static inline void authfcgi_tls_refuse_compression_and_renegotiation(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
}

// Allows a write to be retried from another buffer address.
static inline void authfcgi_tls_accept_moving_write_buffer(SSL_CTX *context) {
    SSL_CTX_set_mode(context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

// Sets the Server Name Indication (RFC 6066, section 3). The name is copied.
static inline int authfcgi_tls_set_server_name(SSL *session, const char *name) {
    return (int)SSL_set_tlsext_host_name(session, name);
}
