package documents

import (
	"context"
	"regexp"
	"strings"

	"congvu/internal/i18n"
	"congvu/internal/store"
)

// Named is a document that words seem to name.
type Named struct {
	Kind    string `db:"ref_kind"`
	ID      int64  `db:"ref_id"`
	Code    string
	Subject string
}

// Ref is its name for files, histories and the journal.
func (n Named) Ref() string { return refOf(n.Kind, n.ID) }

// mostNamed bounds what one line of words may name.
const mostNamed = 20

var (
	linkForm  = regexp.MustCompile(`\b(incoming|outgoing)/([0-9]{1,19})\b`)
	paneForm  = regexp.MustCompile(`\b(incoming|outgoing|arrivals)\?(?:[^#\s]*&)?open=([0-9]{1,19})\b`)
	outgoings = `SELECT 'outgoing' AS ref_kind, o.id AS ref_id, o.number_text AS code, o.subject FROM documents_outgoing o WHERE `
	incomings = `SELECT 'incoming' AS ref_kind, d.id AS ref_id, d.number || CASE WHEN d.notation <> '' THEN '/' || d.notation ELSE '' END AS code, d.subject FROM documents_incoming d WHERE `

	sqlNamedOutgoing = store.SQL(outgoings + `o.agency_id = $1 AND o.number_text = $2 AND o.number_text <> '' ORDER BY o.id DESC LIMIT $3`)
	sqlNamedIncoming = store.SQL(incomings + `d.agency_id = $1 AND d.number_key = $2 AND d.notation_key = $3 ORDER BY d.id DESC LIMIT $4`)
	sqlLinkOutgoing  = store.SQL(outgoings + `o.agency_id = $1 AND o.id = $2`)
	sqlLinkIncoming  = store.SQL(incomings + `d.agency_id = $1 AND d.id = $2`)
)

// named finds the documents of an agency that words name: a link, or a number with its notation ("12/STC-NS"). It asks nobody's right: what it finds is
// shown only to those who see it.
func named(ctx context.Context, r store.Reader, agency int64, words string) ([]Named, error) {
	for _, form := range []*regexp.Regexp{linkForm, paneForm} {
		if m := form.FindStringSubmatch(words); m != nil {
			kind := strings.Replace(m[1], "arrivals", "incoming", 1)
			_, id := parsed(kind + "/" + m[2])
			by := sqlLinkIncoming
			if kind == "outgoing" {
				by = sqlLinkOutgoing
			}
			return store.All[Named](ctx, r, by, agency, id)
		}
	}
	out, err := store.All[Named](ctx, r, sqlNamedOutgoing, agency, ownCode(words), mostNamed)
	if err != nil {
		return nil, err
	}
	number, notation, _ := strings.Cut(strings.Join(strings.Fields(i18n.Clean(words)), ""), "/")
	in, err := store.All[Named](ctx, r, sqlNamedIncoming, agency, numberKey(number), notationKey(notation), mostNamed)
	return append(out, in...), err
}

// exactly finds the one document that words name; a refusal at the field when there is none, or more than one.
func exactly(ctx context.Context, r store.Reader, agency int64, field, words string) (Named, error) {
	all, err := named(ctx, r, agency, words)
	if err == nil && len(all) != 1 {
		err = store.RefuseField(field, "“{words}” không xác định đúng một văn bản của cơ quan. Hãy nhập số và ký hiệu đầy đủ, hoặc dán liên kết của văn bản.", "words", words)
	}
	if err != nil {
		return Named{}, err
	}
	return all[0], nil
}
