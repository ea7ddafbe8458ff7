// certificates.h - certificates for one test, made by the openssl command.
#ifndef TESTS_SUPPORT_CERTIFICATES_H
#define TESTS_SUPPORT_CERTIFICATES_H

enum { CERTIFICATE_PATH_SIZE = 160 };

struct certificates {
    char authority[CERTIFICATE_PATH_SIZE];
    char server[CERTIFICATE_PATH_SIZE]; // for localhost, by the authority
    char server_key[CERTIFICATE_PATH_SIZE];
    char client[CERTIFICATE_PATH_SIZE];   // with its key, by the authority
    char stranger[CERTIFICATE_PATH_SIZE]; // with its key, by itself
};

// ECDSA P-256, good for two days, in files of the folder, all of mode 0600. Aborts when it cannot.
void certificates_make(const char *folder, struct certificates *certificates);

#endif
