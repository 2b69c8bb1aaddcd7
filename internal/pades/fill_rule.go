package pades

import (
	"slices"
	"strings"

	"congvu/internal/pdf"
)

// Names of the fields that the first signer prepares for number and date (S3.2).
const (
	NumberField = "SoVanBan"
	DateField   = "NgayBanHanh"
)

// PreparedFields are the fields that may be filled after certification unless VerifyOptions names others.
var PreparedFields = []string{NumberField, DateField}

// fillRule says which fields may be filled after a revision: the prepared ones, if the document's certification permits
// filling, except those that a signature of that revision locks (FieldMDP).
type fillRule struct {
	prepared []string
	permit   int
	locks    []lock
}

// lock is a FieldMDP transform: the fields it covers may not change.
type lock struct {
	action pdf.Name // All, Include, Exclude
	fields []string
}

func (l lock) covers(name string) bool {
	listed := slices.ContainsFunc(l.fields, func(f string) bool { return name == f || strings.HasPrefix(name, f+".") })
	switch l.action {
	case "Include":
		return listed
	case "Exclude":
		return !listed
	}
	return true
}

func (r fillRule) allows(name string) bool {
	if r.permit < 2 || !slices.Contains(r.prepared, name) {
		return false
	}
	return !slices.ContainsFunc(r.locks, func(l lock) bool { return l.covers(name) })
}

// ruleOf reads the rule that a signed revision sets for those that follow.
func ruleOf(old *pdf.File, prepared []string) fillRule {
	if prepared == nil {
		prepared = PreparedFields
	}
	r := fillRule{prepared: prepared, permit: permission(old)}
	for _, s := range signatureFields(old) {
		if params := transform(old, old.Dict(s.value), "FieldMDP"); params != nil {
			r.locks = append(r.locks, readLock(old, params))
		}
		if d := old.Dict(s.dict["Lock"]); d != nil {
			r.locks = append(r.locks, readLock(old, d))
			if p, ok := old.Int(d["P"]); ok && int(p) < max(r.permit, 1) {
				r.permit = int(p)
			}
		}
	}
	return r
}

func readLock(f *pdf.File, params pdf.Dict) lock {
	l := lock{action: f.Name(params["Action"])}
	for _, o := range f.Array(params["Fields"]) {
		l.fields = append(l.fields, f.Text(o))
	}
	return l
}
