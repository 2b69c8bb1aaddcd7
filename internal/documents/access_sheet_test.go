package documents

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"slices"
	"strings"
	"testing"

	"congvu/internal/org"
	"congvu/internal/pades"
	"congvu/internal/store"
)

// V47: screen /incoming/{id}/metadata; api GET /incoming/{id}/metadata; command remote metadata
// V43: the data can be taken as JSON, XML and PDF.
func TestTheMetadataOfADocumentAreOneSheetByRight(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	_, err := o.granting("clerk", GrantForm{Ref: d.Ref(), WhoKind: GrantPerson, WhoID: o.people["staff_y"].Person})
	o.must(err)
	o.must(o.by("clerk", func(tx *store.Tx) error { return Restrict(inCtx, tx, d.Ref(), "Có nội dung về nhân sự") }))
	for who, groups := range map[string][]string{"clerk": {"document", "files", "course", "readings", "control"}, "staff_y": {"document", "files", "course", "readings"}} {
		m, err := MetadataOf(inCtx, o.db, o.people[who], d.Ref())
		o.must(err)
		var codes []string
		for _, g := range m.Groups {
			codes = append(codes, g.Code)
		}
		if !slices.Equal(codes, groups) {
			t.Errorf("%s is shown %v", who, codes)
		}
		b, err := m.XML()
		o.must(err)
		var back Metadata
		o.must(xml.Unmarshal(b, &back))
		j, err := json.Marshal(m)
		o.must(err)
		if len(back.Groups) != len(m.Groups) || back.Groups[0].Fields[1].Value != m.Groups[0].Fields[1].Value || !strings.Contains(string(j), `"CodeNumber"`) {
			t.Errorf("%s: XML or JSON lost something", who)
		}
		sheet, err := MetadataSheet(inCtx, o.db, o.people[who], d.Ref())
		if err != nil || !bytes.HasPrefix(sheet, []byte("%PDF")) {
			t.Errorf("%s: no sheet: %v", who, err)
		}
	}
	for _, who := range []string{"other_deputy", "staff_x", "foreign_head"} {
		_, err := MetadataOf(inCtx, o.db, o.people[who], d.Ref())
		o.refused(store.NotFound, err)
		_, err = MetadataSheet(inCtx, o.db, o.people[who], d.Ref())
		o.refused(store.NotFound, err)
	}
	h := newHouse(t)
	out := h.at(Issued)
	m, err := MetadataOf(bg, h.DB, h.outsider, out.Ref())
	must(t, err)
	for _, code := range []string{"DocumentId", "CodeNumber", "IssuedDate", "OrganName", "Subject", "SignerInfo.FullName"} {
		if !slices.ContainsFunc(m.Groups[0].Fields, func(f MetadataField) bool { return f.Code == code && f.Value != "" }) {
			t.Errorf("no %s", code)
		}
	}
}

// V44: screen /files/{id}/marked; api GET /files/{id}/marked; command remote download-marked
func TestAMarkedCopyNamesItsTakerAndClaimsNoSignature(t *testing.T) {
	h := newHouse(t)
	o := h.at(Issued)
	files, err := filesOf(bg, h.DB, o.AgencyID, o.Ref())
	must(t, err)
	before := h.mainBytes(o)
	name, b, _, err := MarkedCopy(bg, h.Desk, h.outsider, files[0].ID)
	must(t, err)
	if !strings.HasSuffix(name, ".ban-in.pdf") {
		t.Errorf("it is called %s", name)
	}
	r, err := pades.Verify(b, pades.VerifyOptions{At: h.DB.Now().Time(), Trust: h.Trust})
	must(t, err)
	if len(r.Signatures) != 0 {
		t.Errorf("the copy claims %d signatures", len(r.Signatures))
	}
	if !bytes.Equal(before, h.mainBytes(o)) {
		t.Error("the original changed")
	}
	if r, err = pades.Verify(before, pades.VerifyOptions{At: h.DB.Now().Time(), Trust: h.Trust}); err != nil || r.Outcome != pades.Passed {
		t.Errorf("the original: %v %v", r.Outcome, err)
	}
	line, err := MarkLine(bg, h.DB, h.outsider)
	must(t, err)
	for _, part := range []string{"Vũ Đình Khôi", "Chuyên viên", "Ủy ban nhân dân xã Vĩnh Lĩnh", "23/11/2026"} {
		if !strings.Contains(line, part) {
			t.Errorf("the mark %q does not say %s", line, part)
		}
	}
	_, _, _, err = MarkedCopy(bg, h.Desk, h.foreignClerk, files[0].ID)
	refused(t, err, store.NotFound, "a foreign clerk takes a copy")
	must(t, h.try(h.clerk, func(tx *store.Tx) error { return Restrict(bg, tx, o.Ref(), "Có nội dung về nhân sự") }))
	_, _, _, err = MarkedCopy(bg, h.Desk, h.outsider, files[0].ID)
	refused(t, err, store.NotFound, "who lost sight takes a copy")
}

// V54: screen /rights; api GET /rights/roles; command remote roles
// V55: screen /rights/people/{id}; api GET /rights/people/{id}; command remote person-rights
// V56: rights to single documents are listed with the person who has them.
func TestEffectiveRightsNameTheirReason(t *testing.T) {
	o := newOffice(t)
	d := o.assigned()
	_, err := o.granting("clerk", GrantForm{Ref: d.Ref(), WhoKind: GrantUnit, WhoID: o.unitX, To: "2026-03-05"})
	o.must(err)
	rights := func(as string) (string, error) {
		p, err := RightsOf(inCtx, o.db, o.people[as], o.people["staff_x"].Person)
		if err != nil {
			return "", err
		}
		b, err := json.Marshal(p)
		return string(b), err
	}
	for who, wanted := range map[string]bool{"clerk": true, "admin": false} {
		text, err := rights(who)
		o.must(err)
		if strings.Contains(text, d.Ref()) != wanted || !strings.Contains(text, why) || !strings.Contains(text, "06/03/2026") {
			t.Errorf("%s reads %s", who, text)
		}
	}
	_, err = rights("staff_y")
	o.refused(store.Forbidden, err)
	_, err = rights("foreign_head")
	o.refused(store.NotFound, err)
	for _, row := range RoleMatrix() {
		want := map[string][]string{"register": {"clerk"}, "see_limited": {"head", "clerk"}, "freeze": {"head", "agency_admin"}}[row.Code]
		if want != nil && !slices.Equal(row.Roles, want) {
			t.Errorf("%s is opened by %v", row.Code, row.Roles)
		}
	}
	o.must(o.by("admin", func(tx *store.Tx) error {
		return org.EndHolding(inCtx, tx, org.HoldingID(o.people["staff_x"].Holding), "2026-03-02")
	}))
	o.clock.Set(inStart.AddDate(0, 0, 1))
	_, err = rights("clerk")
	o.refused(store.NotFound, err)
}
