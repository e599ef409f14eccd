#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A random C program of loops over shared arrays, for `plugin/run/loops.test`:

    loops.py SEED

It defines behaviour with -fwrapv, and prints two numbers that depend on all that
its loops have read and written.
"""
import random
import sys

COUNT = 600
TYPES = ["int", "long", "unsigned char", "double", "short"]
GRAINS = ["64", "256", "4096", "element", "element, 3"]


class Program:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.variables = 0
        self.arrays = []  # (form of an element, inner length or 0)
        self.declarations = []
        for number in range(4):
            self.add_array(number)

    def add_array(self, number):
        kind, type_name = self.random.random(), self.random.choice(TYPES)
        elements = self.random.choice(["element", "element, 2"])
        if kind < 0.3:
            grain, form, inner = elements, f"s{number}[%s].p[%s]", 3
            what = f"struct {{ {type_name} p[3]; int q; }} s{number}[N]"
        elif kind < 0.5:
            grain, form, inner = elements, f"r{number}[%s][%s]", 7
            what = f"{type_name} r{number}[N][7]"
        else:
            grain, form, inner = self.random.choice(GRAINS), f"a{number}[%s]", 0
            what = f"{type_name} a{number}[N]"
        self.declarations += [f"#pragma millipage shared granularity({grain})",
                              f"static {what};"]
        self.arrays.append((form, inner))

    def element(self, counters):
        form, inner = self.random.choice(self.arrays)
        i = self.random.choice(counters)
        i = self.random.choice([i] * 4 + [
            f"(N - 1 - {i})", f"({i} * 7 % N)", f"({i} > 0 ? {i} - 1 : 0)",
            f"({i} < N - 1 ? {i} + 1 : {i})", "(x & 255)"])
        if not inner:
            return form % i
        return form % (i, self.random.choice(
            [str(self.random.randrange(inner)),
             f"({self.random.choice(counters)} % {inner})"]))

    def value(self, counters, depth=0):
        kind = self.random.random()
        if depth > 2 or kind < 0.35:
            return f"(long){self.element(counters)}"
        if kind < 0.7:
            return self.random.choice(
                counters + ["x", str(self.random.randrange(100))])
        return (f"({self.value(counters, depth + 1)} "
                f"{self.random.choice('+-*^&|')} "
                f"{self.value(counters, depth + 1)})")

    def loop(self, counters):
        self.variables += 1
        i = f"i{self.variables}"
        end = self.random.choice(["7", "n % 13"] if len(counters) > 1 else
                                 ["N", "n", "40", "N / 2"])
        step = self.random.choice([1, 1, 2, 3])
        head = self.random.choice([
            f"for (long {i} = 0; {i} < {end}; {i} += {step})",
            f"for (int {i} = 1; {i} < {end}; {i} += {step})",
            f"for (long {i} = {end} - 1; {i} >= 0; {i} -= {step})"])
        body = " ".join(self.statement(counters + [i])
                        for _ in range(self.random.randrange(1, 4)))
        return f"{head} {{ {body} }}"

    def statement(self, counters):
        kind = self.random.random()
        if kind < 0.45:
            return f"{self.element(counters)} = {self.value(counters)} % 127;"
        if kind < 0.6:
            return f"x = (x * 3 + {self.value(counters)}) & 0xffff;"
        if kind < 0.7:
            return (f"if ({self.value(counters)} & 1) "
                    f"{{ {self.statement(counters)} }}")
        if kind < 0.75:
            return f"if (x % 61 == {self.random.randrange(61)}) break;"
        if kind < 0.8:
            return "if (x % 5 == 0) continue;"
        if len(counters) < 3:
            return self.loop(counters)
        return f"x ^= {self.value(counters)};"

    def text(self):
        functions = [
            f"static APART long f{number}(long n, long x)\n{{\n" +
            "".join(f"    {self.loop([])}\n" for _ in range(2)) +
            "    return x;\n}\n" for number in range(4)]
        calls = "".join(
            f"        x = f{number}({self.random.choice([600, 599, 17, 1, 0])}, "
            "x);\n" for number in range(4))
        sums = "".join(
            "    for (int i = 0; i < N; i++)\n        h = h * 31 + "
            f"(unsigned long)(long){form % (('i', '1') if inner else 'i')};\n"
            for form, inner in self.arrays)
        return "\n".join(
            ["#include <stdio.h>", f"enum {{ N = {COUNT} }};",
             "#define APART __attribute__((noinline))", *self.declarations,
             *functions, "int main(void)", "{",
             "    long x = 1;", "    unsigned long h = 7;",
             "    for (int round = 0; round < 3; round++) {", calls + "    }",
             sums + '    printf("%ld %lu\\n", x, h);', "}", ""])


print(Program(int(sys.argv[1])).text(), end="")
