"""Statistics of incidents, interventions and decisions: arrays in, results with intervals out.

Usable alone, with numpy and scipy only. It reads no file, no clock and no database. The conventions that
other tools leave to their readers are held by types: places are projected metres (`points`), days are whole
numbers, distances and spans fall into bands closed on the right (`bands`), a result comes with its interval
(`interval`), and the tail of a test includes what was observed (`tails`).
"""
