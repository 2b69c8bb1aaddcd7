package edxml

import (
	"regexp"
	"strings"
)

// CodeKind is the family an agency's code belongs to (Quyết định 20/2020/QĐ-TTg and what is met on the exchange).
type CodeKind int

// Kinds in the order of I1.10; Technical is both the first and the last resort.
const (
	TechnicalCode  CodeKind = iota // a node or a system: hidden from receiver pickers, valid in traces
	SchemeCode                     // other organisations, Z01–Z99 (art. 6)
	CurrentCode                    // ministries, sectors, localities, read left to right (art. 4)
	OldCode                        // QCVN 102:2016, four groups written right to left
	EnterpriseCode                 // business registration number (art. 5)
)

// String names the kind in English, as used in JSON.
func (k CodeKind) String() string {
	return [...]string{"technical", "scheme", "current", "old", "enterprise"}[k]
}

var (
	schemeHead     = regexp.MustCompile(`^Z[0-9]{2}`)
	currentGroup   = regexp.MustCompile(`^[A-Z][0-9]{2}$`)
	enterpriseForm = regexp.MustCompile(`^[0-9]+(-[0-9]{3})?$`)
)

// KindOfCode decides the family of an agency code by its pattern (I1.10).
func KindOfCode(code string) CodeKind {
	code = strings.TrimSpace(code)
	groups := strings.Split(code, ".")
	for _, g := range groups {
		if g == "W00" {
			return TechnicalCode
		}
	}
	if strings.ToUpper(code) != code {
		return TechnicalCode
	}
	switch last := groups[len(groups)-1]; {
	case schemeHead.MatchString(code):
		return SchemeCode
	case currentGroup.MatchString(groups[0]):
		return CurrentCode
	case last != "" && last[0] >= 'A' && last[0] <= 'Z':
		return OldCode
	case enterpriseForm.MatchString(code):
		return EnterpriseCode
	}
	return TechnicalCode
}

// SameCode compares two agency codes as the exchange does: upper-cased, trimmed, "-" read as "." (I1.11).
func SameCode(a, b string) bool { return foldCode(a) == foldCode(b) }

func foldCode(code string) string {
	return strings.ReplaceAll(strings.ToUpper(strings.TrimSpace(code)), "-", ".")
}
