package exchange

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"congvu/internal/store"
)

// Parcel is a document message as it was packed or opened.
type Parcel struct {
	AgencyID   int64
	ID         int64
	Direction  string // in | out
	SenderCode string
	SenderName string
	Parcel     string // its id on the axis
	DocumentID string
	Number     string
	Notation   string
	Issued     string
	Title      string
	Ref        string // outgoing/<id>, incoming/<id>
	SHA        string
	Size       int64
	State      string // waiting, packed, failed; opened, duplicate, suspected
	Signature  string // of the packet: trusted, or its class (X8.3): absent, not_a_signature, valid, valid_weak, invalid
	Channel    string // it came or went by
	Warnings   store.JSON
	At         store.Instant `db:"at_us"`
	Destroyed  store.Instant `db:"destroyed_us"` // when the bytes of a recalled document were let go; 0 = they are kept
}

const parcelColumns = `agency_id, id, direction, sender_code, sender_name, parcel, document_id, number, notation, issued, title, ref, sha, size, state, signature, warnings, at_us, destroyed_us, channel`

var (
	sqlParcels = store.SQL(`SELECT ` + parcelColumns + ` FROM exchange_parcels WHERE agency_id = $1 AND ref = $2 ORDER BY id`)
	sqlParcel  = store.SQL(`SELECT ` + parcelColumns + ` FROM exchange_parcels WHERE agency_id = $1 AND id = $2`)
)

// Parcels lists the parcels of a document of the actor's agency ("outgoing/<id>" or "incoming/<id>"): one that went out, or those that came in.
func Parcels(ctx context.Context, r store.Reader, a store.Actor, ref string) ([]Parcel, error) {
	return store.All[Parcel](ctx, r, sqlParcels, a.Agency, ref)
}

// Raw opens the bytes of a parcel of the actor's agency, as sent or as received, for download. NotFound for another agency's
// and for one that is not packed yet. Who may see the document is asked of documents by the door that shows it.
func (o *Office) Raw(ctx context.Context, a store.Actor, parcel int64) (name string, content io.ReadSeekCloser, err error) {
	p, err := store.One[Parcel](ctx, o.DB, sqlParcel, a.Agency, parcel)
	if err != nil {
		return "", nil, err
	}
	if p.Destroyed != 0 {
		return "", nil, store.Refuse(store.NotFound, "Gói tin đã được hủy cùng văn bản theo yêu cầu thu hồi của cơ quan gửi.")
	}
	if p.SHA == "" {
		return "", nil, store.Refuse(store.NotFound, "Gói tin chưa được đóng gói. Đề nghị xem lại sau ít phút.")
	}
	f, err := o.Blobs.Open(ctx, p.SHA)
	if err != nil {
		return "", nil, err
	}
	return rawName(p.DocumentID, p.ID), f, nil
}

// rawName makes a file name of a document's identifier, with nothing in it that a file system minds.
func rawName(documentID string, id int64) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == '.', r == '-':
			return r
		}
		return '_'
	}, documentID)
	if name = strings.Trim(name, "._"); len(name) > 80 {
		name = name[:80]
	}
	if name == "" {
		name = strconv.FormatInt(id, 10)
	}
	return name + ".edxml"
}

func jobKey(parts ...any) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(parts...), "[]"), " ", "/")
}
