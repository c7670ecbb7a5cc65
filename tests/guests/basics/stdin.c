// Standard input is empty: end of file.
#include "guest.h"
int main(void)
{
    char c;
    TRY(read(0, &c, 1));
    TRY(read(0, &c, 0));
    SHOW(getchar());
    SHOW(feof(stdin) != 0);
    return 0;
}
