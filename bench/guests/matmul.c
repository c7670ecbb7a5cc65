/* Multiplies two square matrices of doubles, with a square root for each element of the product.
 * usage: matmul SIZE
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 10;
    double *a = malloc(sizeof *a * n * n), *b = malloc(sizeof *b * n * n), total = 0;

    if (!a || !b)
        return 1;
    for (int i = 0; i < n * n; i++) {
        a[i] = i % 7 + .5;
        b[i] = i % 11 - .25;
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int k = 0; k < n; k++)
                sum += a[i * n + k] * b[k * n + j];
            total += sqrt(fabs(sum));
        }
    printf("%.6f\n", total);
    return 0;
}
