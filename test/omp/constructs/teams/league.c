/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Leagues of several teams: each runs the region once, with a number of its
 * own that the regions in it see, too, and settings of its own.
 */
// HARD: num_teams
#include <omp.h>
#include <stdio.h>

enum { TEAMS = 3, TRIPS = 47, CHUNK = 5 };

static int runs[TEAMS], inner[TEAMS], wrong[TEAMS];
static int times[TRIPS], dealt_to[TRIPS];

/* Compilers let a teams region call these from functions only. */
static int is_parallel(void)
{
    return omp_in_parallel();
}

static void set_threads(int threads)
{
    omp_set_num_threads(threads);
}

static void numbers(void)
{
#pragma omp teams num_teams(TEAMS)
    {
        int team = omp_get_team_num();
        runs[team]++;
        wrong[team] += omp_get_num_teams() != TEAMS || is_parallel();
        set_threads(team + 2);
        int mine = 0, astray = 0;
#pragma omp parallel reduction(+ : mine, astray)
        {
            mine++;
            astray += omp_get_team_num() != team;
            astray += omp_get_num_teams() != TEAMS;
        }
        inner[team] = mine;
        wrong[team] += astray;
    }
    for (int i = 0; i < TEAMS; i++)
        printf("team %d: %d %d %d\n", i, runs[i], inner[i], wrong[i]);
    printf("after: %d %d\n", omp_get_num_teams(), omp_get_team_num());
}

static void reductions(void)
{
    int sum = 1, most = -1;
#pragma omp teams num_teams(TEAMS) reduction(+ : sum) reduction(max : most)
    {
        sum += 10 * (omp_get_team_num() + 1);
        most = omp_get_team_num();
    }
    printf("%d %d\n", sum, most);
#pragma omp target teams num_teams(TEAMS) reduction(+ : sum) map(tofrom : sum)
    sum += omp_get_num_teams();
    printf("%d\n", sum);
#pragma omp teams reduction(+ : sum) num_teams(0 * sum + 1)
    sum += omp_get_num_teams();
    printf("%d\n", sum);
}

static int once(void)
{
    int wrong_times = 0;
    for (int i = 0; i < TRIPS; i++) {
        wrong_times += times[i] != 1;
        times[i] = 0;
    }
    return wrong_times;
}

static void loops(void)
{
    int last = -1, astray = 0;
#pragma omp teams num_teams(TEAMS)
#pragma omp distribute
    for (int i = 0; i < TRIPS; i++)
        times[i]++;
    printf("%d\n", once());
#pragma omp teams distribute parallel for num_teams(TEAMS) lastprivate(last)
    for (int i = 0; i < TRIPS; i++) {
        times[i]++;
        last = i;
    }
    printf("%d %d\n", once(), last);
#pragma omp teams distribute num_teams(TEAMS) dist_schedule(static, CHUNK)
    for (int i = 0; i < TRIPS; i++) {
        times[i]++;
        dealt_to[i] = omp_get_team_num();
    }
    for (int i = 0; i < TRIPS; i++)
        astray += dealt_to[i] != i / CHUNK % TEAMS;
    printf("%d %d\n", once(), astray);
#pragma omp target teams distribute parallel for num_teams(TEAMS)              \
    dist_schedule(static, CHUNK) map(tofrom : times)
    for (int i = TRIPS - 1; i >= 0; i--)
        times[i]++;
    printf("%d\n", once());
}

int main(void)
{
    omp_set_dynamic(0);
    numbers();
    reductions();
    loops();
    return 0;
}
