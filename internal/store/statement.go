package store

import (
	"context"
	"database/sql"
	"regexp"
	"runtime"
	"sync"
)

// Engine is the database an installation runs on.
type Engine string

const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Stmt is one SQL text of a room, made once by SQL at start-up.
type Stmt struct {
	Where string // file:line that made it, for messages
	text  map[Engine]string
	into  string // the table it writes, "" = none
	usage usage
}

// Text is what the engine is given.
func (s *Stmt) Text(e Engine) string { return s.text[e] }

var (
	statementsMu sync.Mutex
	statements   []*Stmt
	braces       = regexp.MustCompile(`\{([^{}]*)\}`)
)

// SQL registers one text for both engines. {…} stands for a clause that only PostgreSQL gets (row locks, the snapshot's xmin).
func SQL(text string) *Stmt {
	return register(braces.ReplaceAllString(text, ""), braces.ReplaceAllString(text, "$1"))
}

// Fork registers two texts. Only store and search may use it: the dialect's few needs live there.
func Fork(sqlite, postgres string) *Stmt { return register(sqlite, postgres) }

func register(sqlite, postgres string) *Stmt { return registerAt(3, sqlite, postgres) }

// registerAt names the statement after the place so many calls up.
func registerAt(up int, sqlite, postgres string) *Stmt {
	_, file, line, _ := runtime.Caller(up)
	s := &Stmt{Where: place(file, line), text: map[Engine]string{SQLite: sqlite, Postgres: postgres}, into: written(sqlite)}
	statementsMu.Lock()
	statements = append(statements, s)
	statementsMu.Unlock()
	return s
}

// Statements lists every SQL text made so far, for the tests that prepare and lint them.
func Statements() []*Stmt {
	statementsMu.Lock()
	defer statementsMu.Unlock()
	return append([]*Stmt(nil), statements...)
}

// Reader answers queries: *DB reads what is committed, *Tx also its own writes.
type Reader interface {
	query(ctx context.Context, s *Stmt, args []any) (*sql.Rows, error)
}
