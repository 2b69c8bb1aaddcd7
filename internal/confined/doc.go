// Package confined runs a program of the machine on a stranger's file and lets it do nothing else.
//
// Each run has a private folder (its HOME and TMPDIR too) that is removed afterwards, a minimal environment, and an end: by the clock, by
// processor time, by memory of all its processes together, by what it writes, by how much it says, by how many processes it begins. Whatever
// ends a run ends all its processes. A Cell runs a bounded number of programs at once; the others wait for their turn.
//
// Where the kernel permits it to the account of the server (user namespaces), a program also has no network, sees no other processes that it
// could signal, and the folders named in Cell.Hide are empty for it. Isolation says what holds; nothing is refused for want of it, because the
// limits hold in any case and what a program hands back is read as a stranger's file. On other systems than Linux no program is run: every run
// answers ErrAbsent.
//
// Limits are no promise about the last millisecond: memory, disk and processes are looked at every 50 ms.
package confined
