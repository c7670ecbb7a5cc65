// unshare, setns and keys, as far as they need no privilege.
// arch: x86_64
#include "guest.h"
#include <linux/keyctl.h>
int main(void)
{
    char text[64];
    TRY(unshare(0));
    TRY(unshare(CLONE_FILES | CLONE_FS));
    TRY(unshare(CLONE_SYSVSEM));
    TRY(unshare(CLONE_PARENT));
    TRY(setns(99, 0));
    TRY(setns(1, 0));
    int fd = open("/proc/self/ns/uts", O_RDONLY);
    TRY(setns(fd, CLONE_NEWNET));
    long key = syscall(SYS_add_key, "user", "guest:test", "secret", 6, KEY_SPEC_PROCESS_KEYRING);
    if (key > 0) {
        TRY(syscall(SYS_keyctl, KEYCTL_READ, key, text, 64));
        printf("%.6s\n", text);
        TRY(syscall(SYS_keyctl, KEYCTL_READ, key, NULL, 0));
        TRY(syscall(SYS_keyctl, KEYCTL_UPDATE, key, "longer one", 10));
        TRY(syscall(SYS_keyctl, KEYCTL_READ, key, text, 4));
        printf("%.6s\n", text);
        SHOW(syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_PROCESS_KEYRING, "user", "guest:test", 0)
             == key);
        SHOW(syscall(SYS_request_key, "user", "guest:test", NULL, 0) == key);
        long ring = syscall(SYS_add_key, "keyring", "guest:ring", NULL, 0, KEY_SPEC_PROCESS_KEYRING);
        TRY(syscall(SYS_keyctl, 30 /* MOVE */, key, KEY_SPEC_PROCESS_KEYRING, ring, 0));
        TRY(syscall(SYS_keyctl, 29 /* RESTRICT_KEYRING */, ring, NULL, NULL));
        SHOW(syscall(SYS_add_key, "user", "guest:more", "x", 1, ring) < 0 && errno == EPERM);
        TRY(syscall(SYS_keyctl, KEYCTL_REVOKE, key));
        TRY(syscall(SYS_keyctl, KEYCTL_READ, key, text, 64));
    }
    TRY(syscall(SYS_add_key, "no such type", "a", "b", 1, KEY_SPEC_PROCESS_KEYRING));
    TRY(syscall(SYS_add_key, "user", 16, "b", 1, KEY_SPEC_PROCESS_KEYRING));
    TRY(syscall(SYS_keyctl, KEYCTL_DESCRIBE, 1, text, 64));
    return 0;
}
