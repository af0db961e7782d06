// The functions of SHA-256 themselves: EVP, and SHA256() through it, would draw all of OpenSSL's algorithms into a static program. OpenSSL 3 calls them deprecated.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/opensslv.h>
#include <openssl/sha.h>
