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

// changeRule says what the signatures of a revision permit those who come later.
type changeRule struct {
	prepared []string // fields that may be filled if the certification permits filling
	permit   int      // DocMDP level in force, lowered by the /P of a lock; 0 when nobody certified
	locks    []lock   // FieldMDP: closed fields
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

// prepares reports whether an empty field was prepared for filling and is open.
func (r changeRule) prepares(name string) bool {
	return r.permit >= 2 && slices.Contains(r.prepared, name) && !r.locked(name)
}

// locked reports whether a signer closed the field, or everything.
func (r changeRule) locked(name string) bool {
	return r.permit == 1 || slices.ContainsFunc(r.locks, func(l lock) bool { return l.covers(name) })
}

// names reports whether a lock names the field expressly.
func (r changeRule) names(name string) bool {
	return slices.ContainsFunc(r.locks, func(l lock) bool { return l.action == "Include" && l.covers(name) })
}

// exceeded reports whether a change goes beyond what a certification expressly permits. Without certification nothing is
// expressly forbidden but locked fields, which are told by themselves.
func (r changeRule) exceeded(g Change) bool {
	switch r.permit {
	case 0:
		return false
	case 1:
		return g > ValidationChange
	}
	return g > DoubtfulChange
}

// ruleOf reads the rule that a signed revision sets for those that follow.
func ruleOf(old *pdf.File, prepared []string) changeRule {
	if prepared == nil {
		prepared = PreparedFields
	}
	r := changeRule{prepared: prepared, permit: permission(old)}
	for _, s := range signatureFields(old) {
		if params := transform(old, old.Dict(s.value), "FieldMDP"); params != nil {
			r.locks = append(r.locks, readLock(old, params))
		}
		if d := old.Dict(s.dict["Lock"]); d != nil {
			r.locks = append(r.locks, readLock(old, d))
			if p, ok := old.Int(d["P"]); ok && p >= 1 && (r.permit == 0 || int(p) < r.permit) {
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
