/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/members.c - the rows of a block, each once, with the role
 * it was first given.
 */
#include "analyzers/blocks/blocks.h"

#include <string.h>

void oc_members_put(oc_analysis *a, oc_members *list, const oc_row *row,
                    oc_block_role role)
{
    for (size_t i = list->count; i-- > 0;)
        if (list->member[i].row == row)
            return;
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 32;
        oc_member *more = OC_NEW(a->arena, oc_member, list->room);
        if (list->count)
            memcpy(more, list->member, list->count * sizeof(*more));
        list->member = more;
    }
    list->member[list->count++] = (oc_member){row, role};
}
