package org_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/workbook"
)

func (w *town) table(lines ...string) *workbook.Table {
	w.Helper()
	t, err := workbook.ReadTable([]byte(strings.Join(lines, "\n")), "bảng.csv", workbook.Limits{})
	w.must(err)
	return t
}

func (w *town) plan(a store.Actor, kind string, lines ...string) *org.ImportPlan {
	w.Helper()
	p, err := org.PlanImport(ctx, w.db, a, kind, w.table(lines...))
	w.must(err)
	return p
}

func (w *town) carryOut(a store.Actor, p *org.ImportPlan) error {
	return w.act(a, func(tx *store.Tx) error { return org.CarryOut(ctx, tx, p) })
}

// imports carries a table out and wants these counts; the same table again changes nothing.
func (w *town) imports(a store.Actor, creates, updates int, kind string, lines ...string) *org.ImportPlan {
	w.Helper()
	p := w.plan(a, kind, lines...)
	if len(p.Errors) > 0 || p.Creates != creates || p.Updates != updates {
		w.Fatalf("%d new, %d changed, errors %v", p.Creates, p.Updates, p.Errors)
	}
	w.must(w.carryOut(a, p))
	again := w.plan(a, kind, lines...)
	if again.Creates != 0 || again.Updates != 0 || len(again.Errors) != 0 || again.Unchanged != p.Rows {
		w.Fatalf("again: %d new, %d changed, %d the same of %d, errors %v", again.Creates, again.Updates, again.Unchanged, p.Rows, again.Errors)
	}
	entries := w.entries()
	w.must(w.carryOut(a, again))
	if w.entries() != entries {
		w.Fatal("nothing changed and something was recorded")
	}
	return p
}

var sqlEntries = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM store_journal`)

func (w *town) entries() int64 {
	w.Helper()
	n, err := store.One[int64](ctx, w.db, sqlEntries)
	w.must(err)
	return n
}

// wrong wants one error in a cell, and that nothing is written.
func (w *town) wrong(a store.Actor, address, kind string, lines ...string) {
	w.Helper()
	p := w.plan(a, kind, lines...)
	if !slices.ContainsFunc(p.Errors, func(e org.RowError) bool { return e.Address == address && e.Message.Text != "" && e.Row > 0 }) {
		w.Errorf("no error in %s: %+v", address, p.Errors)
	}
	before := w.entries()
	w.refused(store.Invalid, w.carryOut(a, p))
	if w.entries() != before {
		w.Errorf("%s: something was written", address)
	}
}

func TestAgenciesAreImportedWithParentsAnywhere(t *testing.T) {
	w := open(t)
	lines := []string{"DANH MỤC CƠ QUAN", "Mã định danh;Mã cũ;Tên cơ quan;Tên viết tắt;Ký hiệu;Cấp;Mã cơ quan cấp trên;Địa danh;Sử dụng hệ thống;Từ ngày",
		"H26.19.01;;Chi cục Dân số;;CCDS;Đơn vị thuộc sở;H26.19;;;01/01/2021",
		"H26.19;000.00.19.H26;Sở Y tế;SYT;SYT;Sở;H26;Hà Nội;có;01/01/2021",
		"G09;;Bộ Nội vụ;;;Ngoài thành phố;;;;"}
	w.imports(root, 3, 0, org.ImportAgencies, lines...)
	a, err := org.AgencyByCode(ctx, w.db, "H26.19.01", today)
	w.must(err)
	if a.ParentName != "Sở Y tế" || a.Level != org.UnitOfDepartment || a.ValidFrom != "2021-01-01" {
		t.Errorf("%+v", a)
	}
	if a, err = org.AgencyByCode(ctx, w.db, "000.00.19.H26", today); err != nil || !a.Hosted || a.Seat != "Hà Nội" || a.ParentID != w.ubnd {
		t.Errorf("%+v %v", a, err)
	}
	// I4.9: a new name from its day; an empty cell leaves what is known
	w.imports(root, 0, 1, org.ImportAgencies, "Mã định danh;Tên cơ quan;Cấp;Địa danh;Từ ngày", "H26.19;Sở Sức khỏe;Sở, ban, ngành;;01/02/2026")
	if a, err = org.AgencyAt(ctx, w.db, a.ID, "2026-01-31"); err != nil || a.Name != "Sở Y tế" || a.Seat != "Hà Nội" {
		t.Errorf("%+v %v", a, err)
	}
	if a, err = org.AgencyAt(ctx, w.db, a.ID, today); err != nil || a.Name != "Sở Sức khỏe" || a.Seat != "Hà Nội" || a.Abbr != "SYT" {
		t.Errorf("%+v %v", a, err)
	}
}

func TestAWrongRowOfAgenciesStopsTheWholeTable(t *testing.T) {
	w := open(t)
	closed := w.agency(org.AgencyForm{Code: "H26.40", Name: "Quận cũ", Level: org.District, ValidFrom: "2020-01-01"})
	w.must(w.act(root, func(tx *store.Tx) error { return org.CloseAgency(ctx, tx, closed, "2025-06-30") }))
	head, good := "Mã định danh;Tên cơ quan;Cấp;Mã cơ quan cấp trên;Mã cũ;Từ ngày", "H26.20;Sở Tốt;Sở;H26;;"
	w.wrong(root, "A3", org.ImportAgencies, head, good, ";Sở Không mã;Sở;;;")
	w.wrong(root, "A3", org.ImportAgencies, head, good, "H26.20;Sở Trùng;Sở;;;")
	w.wrong(root, "A3", org.ImportAgencies, head, good, "H26.40;Mã đã đóng;Sở;;;") // I2.5
	w.wrong(root, "B3", org.ImportAgencies, head, good, "H26.21;;Sở;;;")
	w.wrong(root, "C3", org.ImportAgencies, head, good, "H26.21;Sở Lạ;Tổng cục;;;")
	w.wrong(root, "D3", org.ImportAgencies, head, good, "H26.21;Sở Mồ côi;Sở;H99;;")
	w.wrong(root, "D3", org.ImportAgencies, head, good, "H26.21;Dưới cơ quan đã đóng;Sở;H26.40;;")
	w.wrong(root, "D3", org.ImportAgencies, head, "H26.22;Vòng một;Sở;H26.23;;", "H26.23;Vòng hai;Sở;H26.22;;")
	w.wrong(root, "A3", org.ImportAgencies, head, good, "H26.21;Mã cũ của người khác;Sở;;000.00.00.H26;")
	w.wrong(root, "F3", org.ImportAgencies, head, good, "H26.21;Ngày lạ;Sở;;;31/02/2025")
	w.wrong(root, "F2", org.ImportAgencies, head, "H26.15;Tên mới;Sở;;;01/01/2019") // before its last change
	w.imports(root, 1, 0, org.ImportAgencies, head, good)
	for _, a := range []store.Actor{admin(w.snv), clerk(w.snv)} {
		_, err := org.PlanImport(ctx, w.db, a, org.ImportAgencies, w.table(head, good))
		w.refused(store.Forbidden, err)
	}
	_, err := org.PlanImport(ctx, w.db, root, org.ImportAgencies, w.table("Mã định danh;Cấp", "H26.30;Sở"))
	if !errors.Is(err, workbook.NoHeader) {
		t.Error(err)
	}
	_, err = org.PlanImport(ctx, w.db, root, "planets", w.table(head, good))
	w.refused(store.Invalid, err)
}

func TestUnitsAreImportedBelowTheirParents(t *testing.T) {
	w := open(t)
	head := "Mã cơ quan;Tên đơn vị;Ký hiệu;Đơn vị cấp trên;Thứ tự"
	w.imports(root, 3, 0, org.ImportUnits, head, "H26.15;Văn phòng;VP;;1", "H26.15;Tổ Hành chính;HC;Văn phòng;2", "H26;Văn phòng;VP;;1")
	units, err := org.Units(ctx, w.db, w.snv)
	w.must(err)
	if len(units) != 2 || units[1].Depth != 1 || units[1].Abbr != "HC" {
		t.Fatalf("%+v", units)
	}
	w.imports(admin(w.snv), 0, 1, org.ImportUnits, "Tên đơn vị;Ký hiệu", "TỔ HÀNH CHÍNH;HCTC") // the administrator's own agency
	w.wrong(admin(w.snv), "A2", org.ImportUnits, head, "H26;Phòng lạ;;;")                      // T01: a foreign one does not exist
	w.wrong(root, "A2", org.ImportUnits, head, "H99;Phòng lạ;;;")
	w.wrong(root, "B3", org.ImportUnits, head, "H26.15;Phòng A;;;", "H26.15;phòng a;;;")
	w.wrong(root, "D2", org.ImportUnits, head, "H26.15;Phòng A;;Phòng B;", "H26.15;Phòng B;;;")
	w.wrong(root, "D2", org.ImportUnits, head, "H26.15;Văn phòng;;Tổ Hành chính;")
	w.wrong(root, "E2", org.ImportUnits, head, "H26.15;Phòng A;;;một")
	_, err = org.PlanImport(ctx, w.db, clerk(w.snv), org.ImportUnits, w.table(head, "H26.15;Phòng A;;;"))
	w.refused(store.Forbidden, err)
}

const peopleHead = "Mã cơ quan;Mã nhân sự;Họ và tên;Thư điện tử;Điện thoại;Đơn vị;Chức vụ;Vị trí;Vai trò;Từ ngày;Đến ngày;Tên đăng nhập"

func TestPeopleAreImportedWithTheirPosts(t *testing.T) {
	w := open(t)
	w.unit(w.snv, "Văn phòng")
	p := w.imports(root, 4, 0, org.ImportPeople, peopleHead,
		"H26.15;CB01;Nguyễn Văn An;an@example.vn;;;Giám đốc;Người đứng đầu cơ quan;;01/01/2025;;nguyen.an",
		"H26.15;CB02;Trần Thị Bình;;;Văn phòng;Chánh Văn phòng;Trưởng đơn vị;;01/01/2025;;binh.tran",
		"H26.15;CB02;Trần Thị Bình;;;;Phó Bí thư;;Trợ lý, thư ký;01/01/2025;;",
		"H26.15;;Lê Văn Cường;;;Văn phòng;Văn thư;;\"Văn thư; chuyên viên\";01/01/2025;31/12/2026;")
	if len(p.Accounts) != 2 || p.Accounts[0].Login != "nguyen.an" || p.Accounts[0].Person == 0 || p.Accounts[1].Row != 3 {
		t.Fatalf("%+v", p.Accounts)
	}
	staff, err := org.Staff(ctx, w.db, w.snv, today)
	w.must(err)
	if len(staff) != 4 || staff[0].PersonName != "Nguyễn Văn An" || !staff[0].Roles.Has(store.Head) || staff[1].Roles != store.UnitHead {
		t.Fatalf("%+v", staff)
	}
	last := staff[slices.IndexFunc(staff, func(h org.Holding) bool { return h.Title == "Văn thư" })]
	if last.Roles != store.Clerk|store.Specialist || last.ValidTo != "2026-12-31" {
		t.Errorf("%+v", last)
	}
	// corrections: an address, other roles, an earlier end
	w.imports(root, 0, 2, org.ImportPeople, peopleHead,
		"H26.15;CB01;Nguyễn Văn An;an.moi@example.vn;;;Giám đốc;;;;;",
		"H26.15;;Lê Văn Cường;;;Văn phòng;Văn thư;;Văn thư;01/01/2025;30/06/2026;")
	h, err := org.HoldingAt(ctx, w.db, last.ID, today)
	w.must(err)
	if h.Roles != store.Clerk || h.ValidTo != "2026-06-30" {
		t.Errorf("%+v", h)
	}
	w.imports(root, 1, 0, org.ImportPeople, peopleHead, "H26.15;CB01;Nguyễn Văn An;;;;Bí thư;;Chuyên viên;;;nguyen.an") // one more post of somebody known
}

func TestAWrongRowOfPeopleStopsTheWholeTable(t *testing.T) {
	w := open(t)
	w.unit(w.snv, "Văn phòng")
	w.post(w.ubnd, 0, org.RankHead, "Chủ tịch")
	good := "H26.15;CB01;Nguyễn Văn An;an@example.vn;;;Chuyên viên;;;;;an.nguyen"
	for address, row := range map[string]string{
		"A3": "H99;CB02;Bình;;;;Chuyên viên;;;;;", "C3": "H26.15;CB02;;;;;Chuyên viên;;;;;", "D3": "H26.15;CB02;Bình;không phải thư;;;Chuyên viên;;;;;",
		"F3": "H26.15;CB02;Bình;;;Phòng lạ;Chuyên viên;;;;;", "G3": "H26.15;CB02;Bình;;;;;;;;;", "H3": "H26.15;CB02;Bình;;;;Vua;Vua;;;;",
		"I3": "H26.15;CB02;Bình;;;;Chuyên viên;;Vua;;;", "K3": "H26.15;CB02;Bình;;;;Chuyên viên;;;01/03/2026;28/02/2026;", "L3": "H26.15;CB02;Bình;;;;Chuyên viên;;;;;an.nguyen",
	} {
		w.wrong(root, address, org.ImportPeople, peopleHead, good, row)
	}
	w.wrong(root, "F3", org.ImportPeople, peopleHead, good, "H26.15;CB02;Bình;;;;Trưởng phòng;Trưởng đơn vị;;;;") // a head of no unit
	w.wrong(root, "H2", org.ImportPeople, peopleHead, "H26;CB09;Kẻ thứ hai;;;;Chủ tịch;Người đứng đầu cơ quan;;;;")
	w.wrong(root, "H3", org.ImportPeople, peopleHead, "H26.15;CB02;Bình;;;;Giám đốc;Người đứng đầu cơ quan;;;;", "H26.15;CB03;Cường;;;;Giám đốc;Người đứng đầu cơ quan;;;;")
	w.wrong(root, "C3", org.ImportPeople, peopleHead, good, good)
	w.wrong(root, "C3", org.ImportPeople, peopleHead, "H26.15;;Bình;;;;Chuyên viên;;;;;", "H26.15;;Bình;;;;Kế toán;;;;;") // one or two people?
	w.wrong(root, "C3", org.ImportPeople, peopleHead, good, "H26.15;CB01;Tên khác;;;;Kế toán;;;;;")
	w.wrong(root, "L3", org.ImportPeople, peopleHead, good, "H26.15;CB01;Nguyễn Văn An;;;;Kế toán;;;;;ten.khac")
	w.wrong(admin(w.snv), "I2", org.ImportPeople, peopleHead, "H26.15;CB02;Bình;;;;Quản trị;;Quản trị hệ thống;;;") // T03
	w.wrong(admin(w.snv), "A2", org.ImportPeople, peopleHead, "H26;CB02;Bình;;;;Chuyên viên;;;;;")                  // T01
	w.imports(admin(w.snv), 1, 0, org.ImportPeople, peopleHead, good)
	w.wrong(root, "D2", org.ImportPeople, peopleHead, "H26.15;CB02;Bình;an@example.vn;;;Chuyên viên;;;;;")
	w.wrong(root, "H2", org.ImportPeople, peopleHead, "H26.15;CB01;Nguyễn Văn An;;;;Chuyên viên;Cấp phó của người đứng đầu;;;;")
}

// What the dry run showed is what is done, or nothing.
func TestAnImportIsRefusedWhenTheStateHasChangedMeanwhile(t *testing.T) {
	w := open(t)
	p := w.plan(root, org.ImportAgencies, "Mã định danh;Tên cơ quan;Cấp", "H26.20;Sở A;Sở", "H26.21;Sở B;Sở")
	w.agency(org.AgencyForm{Code: "H26.21", Name: "Sở đã có người khác thêm", Level: org.Department})
	before := w.entries()
	w.refused(store.Conflict, w.carryOut(root, p))
	if w.entries() != before {
		t.Error("a part was written")
	}
	_, err := org.AgencyByCode(ctx, w.db, "H26.20", today)
	w.refused(store.NotFound, err)
	w.refused(store.Forbidden, w.carryOut(admin(w.snv), p)) // a plan gives nobody a right
}

func TestTheTemplateIsReadBack(t *testing.T) {
	w := open(t)
	for _, kind := range []string{org.ImportAgencies, org.ImportUnits, org.ImportPeople} {
		out, err := org.Template(kind)
		w.must(err)
		var b strings.Builder
		w.must(workbook.WriteXLSX(&b, out))
		table, err := workbook.ReadTable([]byte(b.String()), "mẫu.xlsx", workbook.Limits{})
		w.must(err)
		p, err := org.PlanImport(ctx, w.db, root, kind, table)
		w.must(err)
		if p.Rows != 0 || len(p.Errors) != 0 {
			t.Errorf("%s: %+v", kind, p)
		}
	}
	_, err := org.Template("planets")
	w.refused(store.NotFound, err)
}
