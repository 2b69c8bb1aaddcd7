package org

import (
	"context"
	"regexp"
	"strings"

	"congvu/internal/calendar"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

// CodeKind is what an identifier looks like (I1.10).
type CodeKind string

const (
	NationalCode   CodeKind = "national"   // QĐ 20/2020 art. 4: H26.15
	OtherOrgCode   CodeKind = "other_org"  // art. 6: Z and two digits, then up to 32 characters as the scheme says
	OldCode        CodeKind = "old"        // QCVN 102: 000.00.15.H26, also shorter
	EnterpriseCode CodeKind = "enterprise" // the business registration number
	TechnicalCode  CodeKind = "technical"  // a node or a system; opaque
)

const longestCode = 35 // characters of ASCII (I1.1, I1.9)

var (
	codeNode       = regexp.MustCompile(`(^|[.-])W00([.-]|$)`)
	codeOtherOrg   = regexp.MustCompile(`^Z(0[1-9]|[1-9][0-9]).{1,32}$`)
	codeNational   = regexp.MustCompile(`^[A-Y][0-9]{2}([.-][0-9A-Z]+)*$`)
	codeOld        = regexp.MustCompile(`^([0-9]{1,3}[.-]){1,3}[A-Z][0-9A-Z][0-9]$`)
	codeEnterprise = regexp.MustCompile(`^[0-9]{10}(-[0-9]{3})?$`)
	codeForm       = regexp.MustCompile(`^[0-9A-Za-z._/&-]+$`)
)

// KindOf tells the kind of a code by its form.
func KindOf(code string) CodeKind {
	switch {
	case codeNode.MatchString(code), strings.ToUpper(code) != code:
		return TechnicalCode
	case codeOtherOrg.MatchString(code):
		return OtherOrgCode
	case codeNational.MatchString(code):
		return NationalCode
	case codeOld.MatchString(code):
		return OldCode
	case codeEnterprise.MatchString(code):
		return EnterpriseCode
	}
	return TechnicalCode
}

// cleanCode writes a code as it is printed: capitals, but a technical one as its owner writes it (I1.6, I1.7).
func cleanCode(code string) string {
	code = i18n.CleanLine(code)
	if upper := strings.ToUpper(code); codeNode.MatchString(upper) || KindOf(upper) != TechnicalCode {
		return upper
	}
	return code
}

func checkCode(p *store.Problems, field, code string) {
	switch {
	case len(code) > longestCode:
		p.Add(field, "Mã định danh dài quá 35 ký tự.")
	case code != "" && !codeForm.MatchString(code):
		p.Add(field, "Mã định danh chỉ gồm chữ không dấu, chữ số và các dấu . - _ / &.")
	}
}

var (
	sqlLeaveCodes = store.SQL(`UPDATE org_codes SET valid_to = $1 WHERE agency_id = $2 AND valid_to = '' AND kind <> 'other' AND code NOT IN (SELECT value FROM json_each(CAST($3 AS TEXT)))`)
	sqlEndCodes   = store.SQL(`UPDATE org_codes SET valid_to = $1 WHERE agency_id = $2 AND valid_to = ''`)
	sqlAddCode    = store.SQL(`INSERT INTO org_codes (code, agency_id, kind, valid_from, valid_to) VALUES ($1, $2, $3, $4, '') ON CONFLICT (code, agency_id, valid_from) DO NOTHING`)
	sqlCodeTaken  = store.SQL(`SELECT agency_id FROM org_codes WHERE code = $1 AND agency_id <> $2 LIMIT 1`)
	sqlCodeOwn    = store.SQL(`SELECT agency_id FROM org_codes WHERE code = $1 AND agency_id = $2 AND valid_to = '' LIMIT 1`)
)

// claimCodes gives an agency its codes. A code that any other agency has or had is refused: closed codes are never given again (I2.5).
func claimCodes(ctx context.Context, tx *store.Tx, id AgencyID, f AgencyForm) error {
	kinds := map[string]string{}
	var order []string
	note := func(code, kind string) {
		if code = codeKey(code); code != "" && kinds[code] == "" {
			kinds[code] = kind
			order = append(order, code)
		}
	}
	note(f.Code, "current")
	note(f.WireCode, "wire")
	note(f.OldCode, "qcvn102")
	for _, c := range f.OtherCodes {
		note(c, "other")
	}
	for _, code := range order {
		if other, taken, err := store.Maybe[int64](ctx, tx, sqlCodeTaken, code, id); err != nil {
			return err
		} else if taken {
			name := ""
			if a, err := FindAgency(ctx, tx, AgencyID(other)); err == nil {
				name = a.Name
			}
			return &store.Refusal{Kind: store.Conflict, Problems: []store.Problem{{Field: "code", Message: store.Say("Mã {code} đã thuộc về {agency}. Mỗi mã chỉ cấp cho một cơ quan, kể cả khi cơ quan đó đã kết thúc hoạt động.", "code", code, "agency", name)}}}
		}
		if _, own, err := store.Maybe[int64](ctx, tx, sqlCodeOwn, code, id); err != nil {
			return err
		} else if own {
			continue
		}
		if _, err := tx.Exec(ctx, sqlAddCode, code, id, kinds[code], f.ValidFrom); err != nil {
			return err
		}
	}
	return nil
}

// leaveCodes ends, on the day before, the codes that an amended agency no longer names; messages to them still find it (I3.4).
func leaveCodes(ctx context.Context, tx *store.Tx, id AgencyID, f AgencyForm) error {
	kept := []string{codeKey(f.Code), codeKey(f.WireCode), codeKey(f.OldCode)}
	for _, c := range f.OtherCodes {
		kept = append(kept, codeKey(c))
	}
	_, err := tx.Exec(ctx, sqlLeaveCodes, f.ValidFrom.AddDays(-1), id, store.JSONOf(kept))
	return err
}

// codeKey normalises a code for comparison only (I1.11).
func codeKey(code string) string {
	return strings.ReplaceAll(strings.ToUpper(strings.TrimSpace(code)), "-", ".")
}

var sqlByCode = store.SQL(`SELECT c.agency_id FROM org_codes AS c JOIN org_agencies AS a ON a.id = c.agency_id
	WHERE c.code = $1
	ORDER BY CASE WHEN c.valid_from <= $2 AND (c.valid_to = '' OR c.valid_to >= $2) THEN 0 ELSE 1 END,
		CASE c.kind WHEN 'current' THEN 0 WHEN 'wire' THEN 1 ELSE 2 END, c.valid_from DESC LIMIT 1`)

// AgencyByCode resolves a code of any kind as of a date: valid codes first, then closed ones (I3.4). NotFound when nobody has or had it.
func AgencyByCode(ctx context.Context, r store.Reader, code string, at calendar.Date) (*Agency, error) {
	id, ok, err := store.Maybe[AgencyID](ctx, r, sqlByCode, codeKey(code), at)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không có cơ quan nào mang mã {code}.", "code", code)
	}
	if err != nil {
		return nil, err
	}
	return AgencyAt(ctx, r, id, at)
}
