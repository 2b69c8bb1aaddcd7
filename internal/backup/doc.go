// Package backup keeps copies of an installation in a folder of the operator's choice, gives one back, and says what came of it
// (NĐ 30/2020, Phụ lục VI, III.5g and IV.1e).
//
// It keeps: backup_runs, one row a copy taken or loaded, with its result. In the folder: files/ (every stored file once, by content, shared by all
// copies), and a folder for each copy: manifest.json, tables.zst (store.Dump), files.zst (which files belong to it), extra/ (keys, trusted roots).
//
// A copy is whole or absent: it is written under a name of its own, synced, and renamed when every byte is there. It is taken while others work.
// Giving back goes into an empty installation only, reads every byte against its hash, and refuses a damaged copy before anything is believed.
// What was destroyed by a recall after a copy was taken is still in that copy until it is dropped.
//
// Journal: installation.backed_up, installation.backup_failed, installation.restored
package backup
