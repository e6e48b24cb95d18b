#pragma once
// SHA256_Init and its like are deprecated in OpenSSL 3 in favour of EVP, whose contexts come from malloc: twice per
// check. They stay for as long as OpenSSL 3 does, and this is the one place to change afterwards.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

// SHA-256 over two runs of bytes, one behind the other, without allocating. The digest has 32 bytes.
static inline void authfcgi_sha256(const void *first, size_t first_size, const void *second, size_t second_size,
                                   unsigned char *digest) {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, first, first_size);
    if (second_size > 0) SHA256_Update(&context, second, second_size);
    SHA256_Final(digest, &context);
}
