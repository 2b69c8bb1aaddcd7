package store

import (
	"context"
	"fmt"
	"slices"
)

var (
	sqlWordsOf = SQL(`SELECT id, verb, title, data FROM store_journal WHERE ref = $1 AND agency_id = $2 ORDER BY id`)
	sqlForget  = SQL(`UPDATE store_journal SET title = $1, data = $2 WHERE id = $3`)
)

type wordsOf struct {
	ID    int64
	Verb  string
	Title string
	Data  JSON
}

// Forget takes the words out of what the journal keeps about a thing whose content must be destroyed (V52): every entry stays, with its time, its verb, who
// acted and whom it was told; its title becomes the one given, and what was said is gone. Entries of the verbs named keep their words: the trail of the
// destruction itself. The act must record what it is, with Event.Forgets, so that the followers which keep words of their own let them go too.
func (tx *Tx) Forget(ctx context.Context, agency int64, ref, title string, keep ...string) error {
	all, err := All[wordsOf](ctx, tx, sqlWordsOf, ref, agency)
	if err != nil {
		return err
	}
	for _, w := range all {
		told, err := Entry{Data: w.Data}.Told()
		if err != nil {
			return fmt.Errorf("forget the words of entry %d: %w", w.ID, err)
		}
		if !slices.Contains(keep, w.Verb) {
			told = Told{Notify: told.Notify}
		} else if told.Text != nil {
			for name, v := range told.Text.Args {
				if v == any(w.Title) { // what has no number is named by what it says
					told.Text.Args[name] = title
				}
			}
		}
		if _, err := tx.Exec(ctx, sqlForget, title, JSONOf(told), w.ID); err != nil {
			return err
		}
	}
	return nil
}
