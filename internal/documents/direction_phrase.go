package documents

import (
	"context"
	"errors"
	"strconv"

	"congvu/internal/store"
)

// Phrase is a text of an opinion that a person uses again and again (mẫu bút phê).
type Phrase struct {
	ID    int64
	Words string
}

// mostPhrases bounds the texts of one person; more would not be found by eye.
const mostPhrases = 50

// usualPhrases are offered to who has none of his own.
var usualPhrases = []string{"Giao chủ trì tham mưu, báo cáo.", "Nghiên cứu, xử lý theo quy định.", "Để biết, theo dõi.", "Xử lý gấp, báo cáo kết quả trong ngày."}

var (
	sqlPutPhrase  = store.SQL(`INSERT INTO documents_phrases (agency_id, id, person_id, words) VALUES ($1, $2, $3, $4)`)
	sqlDropPhrase = store.SQL(`DELETE FROM documents_phrases WHERE agency_id = $1 AND person_id = $2 AND id = $3`)
	sqlPhrases    = store.SQL(`SELECT id, words FROM documents_phrases WHERE agency_id = $1 AND person_id = $2 ORDER BY id LIMIT 100`)
)

// Phrases lists a person's own texts; those of the leader when an assistant acts for him. Without any, the usual ones, with ID 0.
func Phrases(ctx context.Context, r store.Reader, a store.Actor) ([]Phrase, error) {
	own, err := store.All[Phrase](ctx, r, sqlPhrases, a.Agency, person(a))
	if err != nil || len(own) > 0 {
		return own, err
	}
	for _, w := range usualPhrases {
		own = append(own, Phrase{Words: w})
	}
	return own, nil
}

// SavePhrase keeps a text for its person.
func SavePhrase(ctx context.Context, tx *store.Tx, words string) (*Phrase, error) {
	a := tx.Actor()
	words, err := opinion("words", words, true)
	if err != nil {
		return nil, err
	}
	own, err := store.All[Phrase](ctx, tx, sqlPhrases, a.Agency, person(a))
	if err != nil {
		return nil, err
	}
	if len(own) >= mostPhrases {
		return nil, store.Refuse(store.Conflict, "Đã có {n} mẫu ý kiến, là số nhiều nhất. Hãy xóa mẫu không còn dùng.", "n", len(own))
	}
	p := &Phrase{tx.NewID(), words}
	err = tx.Put(ctx, sqlPutPhrase, a.Agency, p.ID, person(a), words)
	if store.IsDuplicate(err) {
		err = store.RefuseField("words", "Mẫu ý kiến này đã có.")
	}
	if err != nil {
		return nil, err
	}
	return p, tx.Record(store.Event{Verb: "phrase.saved", Agency: a.Agency, Ref: "phrase/" + itoa(p.ID), Title: words})
}

// DropPhrase removes one of the person's texts.
func DropPhrase(ctx context.Context, tx *store.Tx, id int64) error {
	a := tx.Actor()
	n, err := tx.Exec(ctx, sqlDropPhrase, a.Agency, person(a), id)
	if err == nil && n == 0 {
		err = store.Refuse(store.NotFound, "Không tìm thấy mẫu ý kiến này.")
	}
	if err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "phrase.dropped", Agency: a.Agency, Ref: "phrase/" + itoa(id)})
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func isNotFound(err error) bool { return errors.Is(err, store.NotFound) }
