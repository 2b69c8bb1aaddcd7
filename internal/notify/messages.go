package notify

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"congvu/internal/store"
)

// Message is one line of a person's bell.
type Message struct {
	ID       int64 // of the journal entry: newest first is id descending
	AgencyID int64
	At       store.Instant `db:"at_us"`
	Verb     string
	Ref      string // what it is about: "incoming/123"
	Title    string // how a person names it: "12/BC-UBND"
	Text     string // Vietnamese sentence with named places
	Args     store.JSON
	ActorID  int64
	Read     store.Instant `db:"read_us"` // 0 = unread
}

// Said is the sentence for doors to translate.
func (m Message) Said() store.Message {
	said := store.Message{Text: m.Text}
	if err := json.Unmarshal([]byte(m.Args), &said.Args); err != nil {
		said.Args = nil
	}
	return said
}

var (
	sqlTell = store.SQL(`INSERT INTO notify_messages (person_id, id, agency_id, at_us, verb, ref, title, text, args, actor_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (person_id, id) DO NOTHING`)
	sqlUnread = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM (
		SELECT id FROM notify_messages WHERE person_id = $1 AND read_us = 0 LIMIT 100) AS unread`)
	sqlMessages = store.SQL(`SELECT id, agency_id, at_us, verb, ref, title, text, args, actor_id, read_us
		FROM notify_messages WHERE person_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`)
	sqlRead    = store.SQL(`UPDATE notify_messages SET read_us = $1 WHERE person_id = $2 AND id = $3 AND read_us = 0`)
	sqlReadRef = store.SQL(`UPDATE notify_messages SET read_us = $1 WHERE person_id = $2 AND ref = $3 AND read_us = 0`)
	sqlSettle  = store.SQL(`UPDATE notify_messages SET read_us = $1 WHERE at_us < $2 AND read_us = 0`)
	sqlForget  = store.SQL(`UPDATE notify_messages SET title = $1, text = $2, args = $3 WHERE agency_id = $4 AND ref = $5 AND id < $6`)
	sqlReadAll = store.SQL(`UPDATE notify_messages SET read_us = $1 WHERE person_id = $2 AND id <= $3 AND read_us = 0`)
)

const insertMessages, twice = `INSERT INTO notify_messages (person_id, id, agency_id, at_us, verb, ref, title, text, args, actor_id)`, `ON CONFLICT (person_id, id) DO NOTHING`

const tellMany = 24 // messages of one statement

var (
	sqlTellOne  = store.Rows(insertMessages, 10, 1, twice)
	sqlTellMany = store.Rows(insertMessages, 10, tellMany, twice)
)

// tellAll is Tell for a long past.
func tellAll(ctx context.Context, tx *store.Tx, all []store.Entry) error {
	var rows []any
	write := func(n int, s *store.Stmt) error {
		_, err := tx.Exec(ctx, s, rows[:10*n]...)
		rows = append(rows[:0], rows[10*n:]...)
		return err
	}
	flush := func() (err error) {
		for len(rows) > 0 && err == nil {
			err = write(1, sqlTellOne)
		}
		return err
	}
	for _, e := range all {
		told, err := e.Told()
		if err == nil && told.Forgets {
			if err = flush(); err == nil {
				err = Tell(ctx, tx, e)
			}
			if err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		if told.Text == nil {
			continue
		}
		args := store.JSONOf(told.Text.Args)
		for _, person := range told.Notify {
			if person == 0 || person == e.PersonID {
				continue
			}
			if rows = append(rows, person, e.ID, e.AgencyID, e.At, e.Verb, e.Ref, e.Title, told.Text.Text, args, e.PersonID); len(rows) == 10*tellMany {
				if err := write(tellMany, sqlTellMany); err != nil {
					return err
				}
			}
		}
	}
	return flush()
}

// Tell is the follower: it writes a message for each person that an entry names, except the one who acted (V9). When an entry says that the content of its
// thing was destroyed, the messages about it that came before say only that (V52).
func Tell(ctx context.Context, tx *store.Tx, e store.Entry) error {
	told, err := e.Told()
	if err == nil && told.Forgets {
		gone := store.Say("Nội dung thông báo đã hủy cùng văn bản {code} bị thu hồi.", "code", e.Title)
		_, err = tx.Exec(ctx, sqlForget, e.Title, gone.Text, store.JSONOf(gone.Args), e.AgencyID, e.Ref, e.ID)
	}
	if err != nil || told.Text == nil {
		return err
	}
	args := store.JSONOf(told.Text.Args)
	for _, person := range told.Notify {
		if person == 0 || person == e.PersonID {
			continue
		}
		if _, err := tx.Exec(ctx, sqlTell, person, e.ID, e.AgencyID, e.At, e.Verb, e.Ref, e.Title, told.Text.Text, args, e.PersonID); err != nil {
			return err
		}
	}
	return nil
}

// Follow runs the follower until ctx ends.
func Follow(ctx context.Context, db *store.DB, trouble func(error)) {
	db.Follow(ctx, "notify", Tell, trouble)
}

// Unread counts a person's unread messages; 100 means "99+".
func Unread(ctx context.Context, r store.Reader, person int64) (int, error) {
	return store.One[int](ctx, r, sqlUnread, person)
}

// Messages gives up to limit of a person's messages, newest first, older than the message before (0 = from the newest).
func Messages(ctx context.Context, r store.Reader, person, before int64, limit int) ([]Message, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return store.All[Message](ctx, r, sqlMessages, person, before, limit)
}

// MarkRead marks one message of the person's own bell; NotFound for any other.
func MarkRead(ctx context.Context, db *store.DB, person, id int64) error {
	if own, err := Messages(ctx, db, person, id+1, 1); err != nil {
		return err
	} else if len(own) == 0 || own[0].ID != id {
		return store.Refuse(store.NotFound, "Không tìm thấy thông báo này.")
	}
	return db.Keep(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, sqlRead, tx.Now(), person, id)
		return err
	})
}

// MarkSeen marks every message about one thing: its page has been opened.
func MarkSeen(ctx context.Context, db *store.DB, person int64, ref string) error {
	return db.Keep(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, sqlReadRef, tx.Now(), person, ref)
		return err
	})
}

// MarkAllRead marks everything up to the newest message that the person has seen listed.
func MarkAllRead(ctx context.Context, db *store.DB, person, upTo int64) error {
	return db.Keep(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, sqlReadAll, tx.Now(), person, upTo)
		return err
	})
}

// CatchUp follows the journal to its end and takes what happened before a time as read: for an installation that begins with a past (an
// import, a sample city).
func CatchUp(ctx context.Context, db *store.DB, before store.Instant) error {
	if err := db.CatchUpMany(ctx, "notify", time.Minute, tellAll); err != nil {
		return err
	}
	return db.Keep(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, sqlSettle, tx.Now(), before)
		return err
	})
}
