package store

import (
	"regexp"
	"sync"
)

// signals wake those of this process who wait for a change of one table, so that a commit costs nothing to a worker whom it does not concern. Who
// works for other processes' commits too, polls beside it.
type signals struct {
	mu    sync.Mutex
	table map[string]chan struct{} // of those somebody waits for
}

// on gives a channel that is closed at the next commit of this process that writes into the table.
func (s *signals) on(table string) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.table[table]
	if !ok {
		if s.table == nil {
			s.table = map[string]chan struct{}{}
		}
		c = make(chan struct{})
		s.table[table] = c
	}
	return c
}

func (s *signals) fire(tables []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range tables {
		if c, ok := s.table[t]; ok {
			close(c)
			delete(s.table, t)
		}
	}
}

// ChangedIn gives a channel that is closed at the next commit of this process that writes into one table: who works through its rows waits on it
// beside his own polling.
func (db *DB) ChangedIn(table string) <-chan struct{} { return db.signals.on(table) }

// writesInto finds the table a statement writes.
var writesInto = regexp.MustCompile(`\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+([a-z]+_\w+)`)

func written(text string) string {
	if m := writesInto.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// touch remembers what a statement writes, for those who wait.
func (tx *Tx) touch(what string) {
	if what == "" {
		return
	}
	for _, t := range tx.touched {
		if t == what {
			return
		}
	}
	tx.touched = append(tx.touched, what)
}
