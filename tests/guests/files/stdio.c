// reference: own
#include "guest.h"
int main(void)
{
    enter_scratch();
    FILE *f = fopen("a", "w+");
    MUST(f);
    for (int i = 0; i < 5000; i++)
        fprintf(f, "%d %x\n", i, i * i);
    rewind(f);
    int a, n = 0;
    unsigned x;
    unsigned long sum = 0;
    while (fscanf(f, "%d %x", &a, &x) == 2) {
        sum += a ^ x;
        n++;
    }
    SHOW(n);
    SHOW(sum);
    SHOW(fseek(f, -5, SEEK_END));
    SHOW(ftell(f));
    char *line = NULL;
    size_t cap = 0;
    SHOW(getline(&line, &cap, f));
    SHOW(fclose(f));
    unlink("a");
    f = tmpfile();
    MUST(f);
    fputs("tmp", f);
    rewind(f);
    SHOW(fgetc(f));
    fclose(f);
    f = popen("echo from a shell", "r");
    MUST(f);
    char b[64];
    SHOW(fgets(b, 64, f) != NULL);
    fputs(b, stdout);
    SHOW(pclose(f));
    SHOW(WEXITSTATUS(system("exit 3")));
    SHOW(fopen("absent", "r") == NULL);
    leave_scratch();
    return 0;
}
