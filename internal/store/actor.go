package store

import "math"

// Actor is who acts: a person in one of his posts, for an agency, perhaps on somebody's behalf. auth resolves it once a request.
type Actor struct {
	Person  int64 `json:"person,omitempty"`
	Holding int64 `json:"holding,omitempty"` // the post (org_holdings) he acts in
	Agency  int64 `json:"agency,omitempty"`
	Unit    int64 `json:"unit,omitempty"`
	For     int64 `json:"for,omitempty"` // the person acted for (an assistant for a leader); 0 = himself
	Roles   Roles `json:"roles,omitempty"`

	ForHolding int64 `json:"for_holding,omitempty"` // the post acted for, with For
	Via        Via   `json:"via,omitempty"`
	Request    string

	ReadOnly bool `json:"read_only,omitempty"` // he reads the past of an agency that has ended; every act is refused (DB.Write)

	ConfirmedUntil Instant `json:"-"` // until when the person has proved that it is still he (auth.Confirm); 0 = has not
}

// Post is whose lists the actor works on: his own post, or the one he stands in for.
func (a Actor) Post() int64 {
	if a.ForHolding != 0 {
		return a.ForHolding
	}
	return a.Holding
}

// Confirmed refuses an act that binds the office (signing, sealing, releasing, approving a certificate) unless the actor has just proved
// that it is still he who sits there: an open session or a copied token must not be enough for a signature.
func (a Actor) Confirmed(now Instant) error {
	if now < a.ConfirmedUntil {
		return nil
	}
	return Refuse(Unconfirmed, "Việc này cần ông/bà xác nhận lại chính mình bằng mật khẩu. Chưa có gì thay đổi; hãy xác nhận rồi thực hiện lại.")
}

// Vouched is the actor of a program that holds the installation itself and so has no session that could be left open or stolen: the seeder,
// the benchmark, and the worker that carries out what its person has confirmed when he ordered it. Doors never call it.
func (a Actor) Vouched() Actor {
	a.ConfirmedUntil = math.MaxInt64
	return a
}

// Via is the door an act came through.
type Via string

const (
	ViaWeb    Via = "web"
	ViaAPI    Via = "api"
	ViaCLI    Via = "cli"
	ViaSystem Via = "system" // followers, due work, exchange
)

// Roles is a set of what a post may do; the rules themselves stand in each room's rights.go.
type Roles uint32

const (
	Specialist  Roles = 1 << iota // chuyên viên
	UnitHead                      // lãnh đạo đơn vị (trưởng, phó phòng)
	Leader                        // lãnh đạo cơ quan (thủ trưởng, cấp phó)
	Head                          // người đứng đầu cơ quan (always together with Leader)
	Clerk                         // văn thư
	Assistant                     // trợ lý, thư ký
	AgencyAdmin                   // quản trị đơn vị
	SystemAdmin                   // quản trị hệ thống
	Archivist                     // lưu trữ
)

// RoleNames ties each role to its stable code (tables, API) in ascending order of bits.
var RoleNames = []struct {
	Role Roles
	Code string
}{
	{Specialist, "specialist"}, {UnitHead, "unit_head"}, {Leader, "leader"}, {Head, "head"}, {Clerk, "clerk"},
	{Assistant, "assistant"}, {AgencyAdmin, "agency_admin"}, {SystemAdmin, "system_admin"}, {Archivist, "archivist"},
}

// Has tells whether any of the given roles is held.
func (r Roles) Has(any Roles) bool { return r&any != 0 }

// Codes lists the stable codes of the roles held.
func (r Roles) Codes() []string {
	out := []string{}
	for _, n := range RoleNames {
		if r.Has(n.Role) {
			out = append(out, n.Code)
		}
	}
	return out
}

// RoleOf gives the role of a code, 0 if there is none.
func RoleOf(code string) Roles {
	for _, n := range RoleNames {
		if n.Code == code {
			return n.Role
		}
	}
	return 0
}

// System is the actor of what the installation does by itself for an agency.
func System(agency int64) Actor { return Actor{Agency: agency, Via: ViaSystem} }
