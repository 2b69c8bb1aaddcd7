package dossiers

import (
	"context"
	"strconv"
	"strings"

	"congvu/internal/documents"
	"congvu/internal/store"
)

// SearchEntry is what the index of search knows of a dossier; the wiring turns it into search's own type, which has the same fields.
type SearchEntry documents.SearchEntry

// SearchPlace names a dossier for the building of the index.
type SearchPlace = documents.SearchPlace

var (
	sqlAllDossiers = store.SQL(`SELECT agency_id, id, 'dossier/' || CAST(id AS TEXT) AS ref FROM dossiers_dossiers WHERE id > $1 ORDER BY id LIMIT $2`)
	sqlIndexed     = store.SQL(`WITH me AS (SELECT CAST($1 AS BIGINT) AS agency, CAST(TRUE AS BOOLEAN) AS sees, CAST(0 AS BIGINT) AS person, CAST(-1 AS BIGINT) AS headed, CAST(-1 AS BIGINT) AS unit, CAST('' AS TEXT) AS today) SELECT ` +
		dossierColumns + ` FROM me JOIN dossiers_dossiers d ON d.agency_id = me.agency WHERE d.id = $2`)
	sqlSharedWith = store.SQL(`SELECT holder_kind, holder_id FROM dossiers_shares WHERE agency_id = $1 AND dossier_id = $2 AND ended_us = 0 AND (until = '' OR until >= $3) ORDER BY id`)
	sqlGrantedTo  = store.SQL(`SELECT person_id FROM dossiers_requests WHERE agency_id = $1 AND dossier_id = $2 AND state = 'granted' AND until >= $3 ORDER BY id`)
	sqlFound      = store.SQL(me + `SELECT ` + dossierColumns + from + ` AND ` + opened + ` AND d.id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($7 AS TEXT)))`)
)

// SearchPlaces walks over all dossiers of the installation, by growing id.
func SearchPlaces(ctx context.Context, r store.Reader, after int64, limit int) ([]SearchPlace, error) {
	return store.All[SearchPlace](ctx, r, sqlAllDossiers, after, limit)
}

// mostEntryText bounds what an entry takes over from the files of its documents, in bytes.
const mostEntryText = 1 << 20

// EntryOf gives what is to be found of a dossier: all its fields, and the documents that stand in it with their content (V38). Its tokens say what opened says, so
// that nobody finds a dossier by words that he could not read in it. False when it is gone.
func EntryOf(ctx context.Context, r store.Reader, agency int64, ref string) (SearchEntry, bool, error) {
	id, err := strconv.ParseInt(strings.TrimPrefix(ref, "dossier/"), 10, 64)
	if err != nil {
		return SearchEntry{}, false, nil
	}
	row, ok, err := store.Maybe[dossierRow](ctx, r, sqlIndexed, agency, id)
	if err == nil && ok {
		err = row.complete()
	}
	if err != nil || !ok {
		return SearchEntry{}, false, err
	}
	d := &row.Dossier
	e := SearchEntry{ID: d.ID, Agency: agency, Ref: d.Ref(), At: d.CreatedAt, Issued: string(d.StartDate), Due: string(d.DueDate)}
	if err := e.given(ctx, r, d); err != nil {
		return e, false, err
	}
	var extra []string
	for _, x := range d.Extra {
		extra = append(extra, x.Name+" "+x.Value)
	}
	rights := ""
	for _, c := range RightsCodes {
		if c.Code == d.RightsCode {
			rights = c.Label
		}
	}
	e.Fields = map[string]string{"number": d.Code, "notation": d.Code + "\n" + d.ArchiveCode, "subject": d.Title, "issuer": d.UnitName + " " + d.OrganCode, "person": d.PersonName, "language": d.Language,
		"typename": "Hồ sơ\n" + d.Text() + "\n" + rights, "note": strings.Join(append(extra, d.Note, d.Keywords, d.ClosingNote, d.RetentionSource), "\n")}
	e.Exact = map[string][]string{"kind": {"dossier"}, "state": {string(d.State)}, "year": {strconv.Itoa(d.Year)}, "unit": {strconv.FormatInt(d.UnitID, 10)}, "dossier": {d.Code}, "pages": {strconv.Itoa(d.PageTotal)}}
	if d.State == Destroyed {
		return e, true, nil // of what was destroyed the list of documents is left, not their content
	}
	return e, true, e.content(ctx, r, d)
}

// given adds the tokens of those who open the dossier today.
func (e *SearchEntry) given(ctx context.Context, r store.Reader, d *Dossier) error {
	today := nowDay(r)
	e.Rights = []string{"da"}
	if d.State != Accepted || !d.OwnerUntil.Before(today) {
		e.Rights = append(e.Rights, token("dp", d.PersonID), token("du", d.UnitID))
		type holder struct {
			HolderKind string
			HolderID   int64
		}
		to, err := store.All[holder](ctx, r, sqlSharedWith, d.AgencyID, d.ID, today)
		if err != nil {
			return err
		}
		for _, h := range to {
			e.Rights = append(e.Rights, token(map[string]string{"person": "dp", "unit": "dn"}[h.HolderKind], h.HolderID))
		}
	}
	if d.State == Accepted && d.RightsCode == "01" {
		e.Rights = append(e.Rights, "do")
	}
	granted, err := store.All[int64](ctx, r, sqlGrantedTo, d.AgencyID, d.ID, today)
	for _, p := range granted {
		e.Rights = append(e.Rights, token("dp", p))
	}
	return err
}

func token(kind string, id int64) string { return kind + strconv.FormatInt(id, 36) }

// content adds the documents of the dossier and what was read from their files; nothing of a recalled one.
func (e *SearchEntry) content(ctx context.Context, r store.Reader, d *Dossier) error {
	items, err := itemsOf(ctx, r, d.AgencyID, d.ID)
	if err != nil {
		return err
	}
	var out strings.Builder
	for _, i := range items {
		if i.Gone() {
			continue
		}
		for _, s := range []string{i.Code, i.TypeName, i.Subject, i.Author, i.Note, i.About.SignerName, i.About.Keywords} {
			out.WriteString(s + "\n")
		}
		for _, f := range i.About.Files {
			out.WriteString(f.Name + "\n")
		}
	}
	for _, i := range items {
		if i.Gone() || i.Kind == "file" || out.Len() > mostEntryText {
			continue
		}
		text, err := documents.TextKept(ctx, r, d.AgencyID, i.Ref, mostEntryText)
		if err != nil {
			return err
		}
		out.WriteString(text)
	}
	e.Text = out.String()
	return nil
}

// SearchRights gives the tokens that an actor holds, for documents and for dossiers.
func SearchRights(ctx context.Context, r store.Reader, a store.Actor) ([]string, error) {
	out, err := documents.SearchRights(ctx, r, a)
	if err != nil || a.Agency == 0 || a.Person == 0 {
		return nil, err
	}
	out = append(out, token("dp", person(a)), "do")
	if a.Unit != 0 {
		out = append(out, token("dn", a.Unit))
	}
	if unit := headed(a); unit > 0 {
		out = append(out, token("du", unit))
	}
	if SeesAll(a) {
		out = append(out, "da")
	}
	return out, nil
}

// FoundRows gives the documents and dossiers behind references, in their order, as far as the actor opens them now: the index may be a moment behind, this is not.
func FoundRows(ctx context.Context, r store.Reader, a store.Actor, refs []string) ([]documents.FoundRow, error) {
	of, err := documents.FoundRows(ctx, r, a, refs)
	if err != nil {
		return nil, err
	}
	rows := make(map[string]documents.FoundRow, len(of))
	for _, row := range of {
		rows[row.Ref] = row
	}
	ids := []int64{}
	for _, ref := range refs {
		if number, ok := strings.CutPrefix(ref, "dossier/"); ok {
			if id, err := strconv.ParseInt(number, 10, 64); err == nil {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) > 0 {
		found, err := plainRows(store.All[dossierRow](ctx, r, sqlFound, append(bound(a, nowDay(r)), store.JSONOf(ids))...))
		if err != nil {
			return nil, err
		}
		for _, d := range found {
			rows[d.Ref()] = documents.FoundRow{Ref: d.Ref(), Direction: "dossier", ID: d.ID, Number: d.Code, Issued: d.StartDate, TypeName: "Hồ sơ", Subject: d.Title, Issuer: d.UnitName, State: string(d.State),
				StateLabel: d.State.Label(), Due: d.DueDate, Person: d.PersonName, Unit: d.UnitName, Pages: d.PageTotal}
		}
	}
	out := make([]documents.FoundRow, 0, len(refs))
	for _, ref := range refs {
		if row, ok := rows[ref]; ok {
			out = append(out, row)
		}
	}
	return out, nil
}
