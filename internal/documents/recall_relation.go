package documents

import (
	"context"
	"strings"

	"congvu/internal/store"
)

// RelationKind is what a document does to an issued one (D9.8).
type RelationKind string

const (
	RelationReplace RelationKind = "replace" // thay thế: a document of equal form
	RelationAmend   RelationKind = "amend"   // sửa đổi, bổ sung: a document of equal form
	RelationCorrect RelationKind = "correct" // đính chính thể thức, kỹ thuật, thủ tục: a công văn
)

// RelationKinds lists them in the order of the form.
var RelationKinds = []RelationKind{RelationReplace, RelationAmend, RelationCorrect}

// Label is what the new document does.
func (k RelationKind) Label() string {
	return map[RelationKind]string{RelationReplace: "Thay thế", RelationAmend: "Sửa đổi, bổ sung", RelationCorrect: "Đính chính"}[k]
}

// Passive is what happened to the old document.
func (k RelationKind) Passive() string {
	return map[RelationKind]string{RelationReplace: "Được thay thế bởi", RelationAmend: "Được sửa đổi, bổ sung bởi", RelationCorrect: "Được đính chính bởi"}[k]
}

// Relation ties a document to the one it replaces, amends or corrects; both sides show it.
type Relation struct {
	AgencyID    int64
	ID          int64
	Kind        RelationKind
	Of          string `db:"ref"`
	Title       string
	Target      string `db:"target_ref"`
	TargetTitle string
	Reason      string
	InForce     bool          // the new document is issued
	At          store.Instant `db:"at_us"`
	PersonID    int64
}

const relationColumns = `x.agency_id, x.id, x.kind, x.ref, x.title, x.target_ref, x.target_title, x.reason, x.in_force, x.at_us, x.person_id`

var (
	sqlPutRelation = store.SQL(`INSERT INTO documents_relations (agency_id, id, kind, ref, title, target_ref, target_title, reason, in_force, at_us, person_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (agency_id, ref, target_ref) DO UPDATE SET kind = excluded.kind, reason = excluded.reason, in_force = excluded.in_force, title = excluded.title, at_us = excluded.at_us`)
	sqlRelations    = store.SQL(`SELECT ` + relationColumns + ` FROM documents_relations x WHERE x.agency_id = $1 AND (x.ref = $2 OR x.target_ref = $2) ORDER BY x.id`)
	sqlDropRelation = store.SQL(`DELETE FROM documents_relations WHERE agency_id = $1 AND ref = $2 AND target_ref = $3 AND NOT in_force`)
	sqlInForce      = store.SQL(`UPDATE documents_relations SET in_force = TRUE, title = $1 WHERE agency_id = $2 AND ref = $3`)
	sqlReplacedOut  = store.SQL(`UPDATE documents_outgoing SET replaced_by = $1 WHERE agency_id = $2 AND id = $3 AND replaced_by = 0`)
	sqlTakeOver     = store.SQL(`INSERT INTO documents_receivers (agency_id, outgoing_id, ordinal, receiver_agency, receiver_unit, name, role)
		SELECT r.agency_id, CAST($1 AS BIGINT), r.ordinal, r.receiver_agency, r.receiver_unit, r.name, r.role FROM documents_receivers r
		WHERE r.agency_id = $2 AND r.outgoing_id = $3 AND NOT EXISTS (SELECT 1 FROM documents_receivers n WHERE n.agency_id = r.agency_id AND n.outgoing_id = $1)`)
)

func relate(ctx context.Context, tx *store.Tx, x Relation) error {
	return tx.Put(ctx, sqlPutRelation, x.AgencyID, tx.NewID(), x.Kind, x.Of, x.Title, x.Target, x.TargetTitle, x.Reason, x.InForce, tx.Now(), tx.Actor().Person)
}

// Relations lists what a document replaces, amends or corrects and what does so to it, to those who may see the document.
func Relations(ctx context.Context, r store.Reader, a store.Actor, ref string) ([]Relation, error) {
	if err := mayRead(ctx, r, a, ref); err != nil {
		return nil, err
	}
	return store.All[Relation](ctx, r, sqlRelations, a.Agency, ref)
}

// RelationsOf gives them to followers of the journal (exchange), which act for nobody.
func RelationsOf(ctx context.Context, r store.Reader, agency int64, ref string) ([]Relation, error) {
	return store.All[Relation](ctx, r, sqlRelations, agency, ref)
}

// Relate says of a draft which issued document it replaces, amends or corrects, and why (D9.8): replacing and amending need a document of equal form,
// correcting a công văn. A draft without receivers takes over those of the old document. In force with the issue of the draft.
func Relate(ctx context.Context, tx *store.Tx, id, target int64, kind RelationKind, reason string) error {
	o, _, err := begin(ctx, tx, id, ActRevise)
	if err != nil {
		return err
	}
	old, err := findHeld(ctx, tx, tx.Actor(), target)
	if err != nil {
		return err
	}
	switch {
	case !contains(RelationKinds, kind):
		return store.RefuseField("kind", "Cần chọn văn bản này thay thế, sửa đổi hay đính chính văn bản đã ban hành.")
	case old.State != Issued || old.RecalledAt != 0:
		return store.RefuseField("target", "Chỉ thay thế, sửa đổi, đính chính được văn bản đã ban hành và chưa thu hồi.")
	case old.ReplacedBy != 0:
		return store.RefuseField("target", "Văn bản {number} đã được thay thế bởi văn bản khác.", "number", old.NumberText)
	case kind == RelationCorrect && o.TypeCode != "CONG_VAN":
		return store.RefuseField("kind", "Đính chính thể thức, kỹ thuật trình bày hoặc thủ tục phải bằng công văn (khoản 3 Điều 18 Nghị định 30/2020/NĐ-CP).")
	case kind != RelationCorrect && o.TypeCode != old.TypeCode:
		return store.RefuseField("kind", "Nội dung sai phải được sửa đổi, thay thế bằng văn bản có hình thức tương đương: {type} (khoản 3 Điều 18 Nghị định 30/2020/NĐ-CP).", "type", store.Say(old.TypeName))
	}
	if reason, err = reasonText(reason); err != nil {
		return err
	}
	if err := relate(ctx, tx, Relation{AgencyID: o.AgencyID, Kind: kind, Of: o.Ref(), Title: o.Title(), Target: old.Ref(), TargetTitle: old.Title(), Reason: reason}); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlTakeOver, o.ID, o.AgencyID, old.ID); err != nil {
		return err
	}
	return o.tell(ctx, tx, move{act: ActRevise, next: o.State, verb: "document.related", note: reason,
		what: store.Say("{kind} văn bản {number}.", "kind", store.Say(kind.Label()), "number", old.NumberText)})
}

// Unrelate takes back what Relate said, while the draft may be revised.
func Unrelate(ctx context.Context, tx *store.Tx, id, target int64) error {
	o, _, err := begin(ctx, tx, id, ActRevise)
	if err != nil {
		return err
	}
	if err := tx.Put(ctx, sqlDropRelation, o.AgencyID, o.Ref(), OutgoingRef(target)); err != nil {
		return err
	}
	return o.tell(ctx, tx, move{act: ActRevise, next: o.State, verb: "document.related", what: store.Say("Bỏ liên hệ thay thế, sửa đổi hoặc đính chính.")})
}

// inForce lets what a document does to others take effect with its issue.
func (o *Outgoing) relationsInForce(ctx context.Context, tx *store.Tx) error {
	all, err := RelationsOf(ctx, tx, o.AgencyID, o.Ref())
	if err != nil {
		return err
	}
	for _, x := range all {
		if x.Of != o.Ref() {
			continue
		}
		_, old, err := ParseRef(x.Target)
		if err != nil {
			return err
		}
		was, err := load(ctx, tx, o.AgencyID, old)
		if err != nil {
			return err
		}
		if x.Kind == RelationReplace {
			if err := tx.Put(ctx, sqlReplacedOut, o.ID, o.AgencyID, old); err != nil {
				return err
			}
		}
		if err := step(ctx, tx, o.AgencyID, x.Target, Step{Act: "related", What: store.Say("{what} văn bản {number}.", "what", store.Say(x.Kind.Passive()), "number", o.NumberText), Note: x.Reason}); err != nil {
			return err
		}
		if err := tx.Record(store.Event{Verb: "document.superseded", Agency: o.AgencyID, Ref: x.Target, Title: was.Title(), Notify: others(tx, was.DrafterID, was.SignerPerson),
			Text: store.Say("Văn bản {number}: {what} văn bản {new}.", "number", was.NumberText, "what", store.Say(x.Kind.Passive()), "new", o.NumberText),
			Data: map[string]any{"kind": x.Kind, "by": o.Ref()}}); err != nil {
			return err
		}
	}
	if len(all) == 0 {
		return nil
	}
	_, err = tx.Exec(ctx, sqlInForce, o.NumberText, o.AgencyID, o.Ref())
	return err
}

// others are people besides the actor.
func others(tx *store.Tx, people ...int64) []int64 {
	var out []int64
	for _, p := range people {
		if p != 0 && p != tx.Actor().Person && !contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// RefOutgoing gives the id of a reference to an outgoing document, 0 for others.
func RefOutgoing(ref string) int64 {
	kind, id, err := ParseRef(ref)
	if err != nil || kind != "outgoing" {
		return 0
	}
	return id
}

// recallBasis is a line naming the document by which another is taken back.
func recallBasis(s string) (string, error) {
	if s = strings.TrimSpace(line(s)); len([]rune(s)) > 300 {
		return "", store.RefuseField("basis", "Nội dung dài {length} ký tự, vượt quá {limit} ký tự được lưu. Hãy rút gọn rồi thử lại.", "length", len([]rune(s)), "limit", 300)
	}
	return s, nil
}

// NoteRelation notes of an arrived document what it amends or corrects of what its sender sent before; nothing when that never came. The old document
// stays as it is and shows it.
func NoteRelation(ctx context.Context, tx *store.Tx, in *Incoming, codes []string, kind RelationKind, documentID, reason string) error {
	asked := Asking{Agency: in.AgencyID, SenderCodes: codes, Targets: []string{documentID}}
	found, err := asked.Target(ctx, tx)
	if err != nil || len(found) != 1 || found[0] == in.ID {
		return err
	}
	d, err := receiptHeld(ctx, tx, in.AgencyID, found[0])
	if err != nil || d.State == Recalled {
		return err
	}
	if err := relate(ctx, tx, Relation{AgencyID: d.AgencyID, Kind: kind, Of: in.Ref(), Title: in.name(), Target: d.Ref(), TargetTitle: d.name(), Reason: reason, InForce: true}); err != nil {
		return err
	}
	people, err := d.concerned(ctx, tx)
	if err != nil {
		return err
	}
	return d.tell(ctx, tx, "", told{verb: "document.superseded", notify: people,
		step: Step{Act: "related", What: store.Say("{what} văn bản {number}.", "what", store.Say(kind.Passive()), "number", in.name()), Note: reason},
		text: store.Say("Văn bản {number}: {what} văn bản {new}.", "number", d.name(), "what", store.Say(kind.Passive()), "new", in.name())})
}
