package documents

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"congvu/internal/store"
)

// RightsFollower reads the journal for posts that began, ended or changed: rights that came with them change at once (auth resolves the post at every request),
// and the warning of V20 is raised here, because the room of posts does not know documents.
const RightsFollower = "documents.rights"

// mostOfPost bounds the documents that one change of a post marks each by itself; the change of the role's sight is marked for the agency as a whole.
const mostOfPost = 200

// tooLate is after how long nobody is warned of a changed post any more.
const tooLate = 30 * 24 * time.Hour

var (
	sqlPost       = store.SQL(`SELECT person_id, unit_id, roles, valid_to FROM org_holdings WHERE agency_id = $1 AND id = $2`)
	sqlPostInHand = store.SQL(`SELECT 'outgoing' AS ref_kind, o.id AS ref_id FROM documents_outgoing o WHERE o.agency_id = $1 AND o.holder_holding = $2 AND o.state IN ('in_review', 'awaiting_signature')
		UNION SELECT 'incoming', l.incoming_id FROM documents_lines l WHERE l.agency_id = $1 AND l.holder_kind = 'post' AND l.holder_id = $2 AND l.box IN ('to_do', 'coordinating', 'forwarded')
		UNION SELECT g.ref_kind, g.ref_id FROM documents_grants g WHERE g.agency_id = $1 AND g.who_kind = 'post' AND g.who_id = $2 AND g.ended_us = 0
		UNION SELECT g.ref_kind, g.ref_id FROM documents_grants g WHERE g.agency_id = $1 AND g.who_kind = 'person' AND g.who_id = $3 AND g.ended_us = 0
		UNION SELECT g.ref_kind, g.ref_id FROM documents_grants g WHERE g.agency_id = $1 AND g.who_kind = 'unit' AND g.who_id = $4 AND g.ended_us = 0 LIMIT $5`)
)

type postRow struct {
	PersonID, UnitID int64
	Roles            store.Roles
	ValidTo          string
}

type postThing struct {
	Kind string `db:"ref_kind"`
	ID   int64  `db:"ref_id"`
}

// HearRights is the follower: it raises the warnings that an entry about a post causes.
func HearRights(ctx context.Context, tx *store.Tx, e store.Entry) error {
	what, ok := map[string]string{
		"holding.ended":     "Chức vụ “{post}” kết thúc: các quyền gắn với chức vụ hết hiệu lực.",
		"holding.amended":   "Vai trò của “{post}” thay đổi: phạm vi được xem thay đổi theo.",
		"holding.appointed": "Bổ nhiệm “{post}”: có các quyền của vai trò và của đơn vị.",
	}[e.Verb]
	if tx.Now() > e.At.Add(tooLate) || e.PersonID == 0 && e.Verb == "holding.appointed" {
		return nil // the archive of an installation that has just learned to warn, or its people imported at once
	}
	kind, n, _ := strings.Cut(e.Ref, "/")
	id, err := strconv.ParseInt(n, 10, 64)
	if !ok || kind != "holding" || err != nil {
		return nil
	}
	p, ok, err := store.Maybe[postRow](ctx, tx, sqlPost, e.AgencyID, id)
	if err != nil || !ok {
		return err
	}
	before, err := rolesBefore(e, p.Roles)
	if err != nil {
		return err
	}
	message := store.Say(what, "post", e.Title)
	if wide := store.Clerk | store.Leader | store.Head | store.Archivist | store.Assistant | store.UnitHead; (p.Roles | before).Has(wide) {
		if err := putChange(ctx, tx, e, "agency", e.AgencyID, e.Title, message); err != nil {
			return err
		}
	}
	if e.Verb == "holding.appointed" {
		return nil // a new post has nothing in hand yet
	}
	things, err := store.All[postThing](ctx, tx, sqlPostInHand, e.AgencyID, id, p.PersonID, p.UnitID, mostOfPost)
	for i := 0; i < len(things) && err == nil; i++ {
		t := things[i]
		title := refOf(t.Kind, t.ID)
		if name := titles[t.Kind]; name != nil {
			if title, err = name(ctx, tx, e.AgencyID, t.ID); err != nil {
				return err
			}
		}
		err = putChange(ctx, tx, e, t.Kind, t.ID, title, message)
	}
	return err
}

// rolesBefore reads from an entry which roles a post had.
func rolesBefore(e store.Entry, now store.Roles) (store.Roles, error) {
	told, err := e.Told()
	if err != nil || len(told.Data) == 0 || e.Verb != "holding.amended" {
		return now, err
	}
	var d struct{ Before []string }
	err = json.Unmarshal(told.Data, &d)
	var before store.Roles
	for _, code := range d.Before {
		before |= store.RoleOf(code)
	}
	return before, err
}

// putChange writes a warning in the name of who changed the post.
func putChange(ctx context.Context, tx *store.Tx, e store.Entry, kind string, id int64, title string, what store.Message) error {
	name := ""
	if e.PersonID != 0 {
		var err error
		if name, _, err = store.Maybe[string](ctx, tx, sqlPersonName, e.PersonID); err != nil {
			return err
		}
	}
	return tx.Put(ctx, sqlPutChange, e.AgencyID, tx.NewID(), kind, id, title, store.JSONOf(what), e.PersonID, name, e.At)
}

var sqlPersonName = store.SQL(`SELECT name FROM org_people WHERE id = $1`)

// FollowRights runs the follower until ctx ends.
func FollowRights(ctx context.Context, db *store.DB, trouble func(error)) {
	db.Follow(ctx, RightsFollower, HearRights, trouble)
}

// CatchUpRights hears a long past at once.
func CatchUpRights(ctx context.Context, db *store.DB) error {
	return db.CatchUpMany(ctx, RightsFollower, time.Minute, func(ctx context.Context, tx *store.Tx, all []store.Entry) error {
		for _, e := range all {
			if err := HearRights(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}
