package documents

import (
	"context"

	"congvu/internal/calendar"
	"congvu/internal/org"
	"congvu/internal/store"
)

// KeepsPictures tells who sees and proposes what belongs to the agency: its clerk and its administrator, in their own posts.
func KeepsPictures(a store.Actor) bool {
	return a.Roles.Has(store.Clerk|store.AgencyAdmin) && a.Agency != 0 && a.Person != 0 && a.For == 0
}

// DecidesPictures tells who approves: the agency's administrator.
func DecidesPictures(a store.Actor) bool {
	return a.Roles.Has(store.AgencyAdmin) && a.Agency != 0 && a.Person != 0 && a.For == 0
}

func mayPropose(a store.Actor, k PictureKind) error {
	switch k {
	case PictureSignature:
		if a.Person != 0 && a.Agency != 0 && a.For == 0 {
			return nil
		}
		return store.Refuse(store.Forbidden, "Mỗi người chỉ đề xuất chữ ký của chính mình, không thay người khác.")
	case PictureSeal, PicturePlacing:
		if KeepsPictures(a) {
			return nil
		}
		return store.Refuse(store.Forbidden, "Chỉ văn thư hoặc quản trị của cơ quan được đề xuất ảnh dấu và vị trí chữ ký.")
	}
	return store.RefuseField("kind", "Loại hình ảnh không có trong danh sách.")
}

// owns tells whether a version is the actor's own signature.
func (p *Picture) owns(a store.Actor) bool {
	return p.OwnerKind == OwnerPerson && p.OwnerID == a.Person && a.For == 0
}

// findPicture gives a version to those who may see it: its owner, and those who keep the agency's; NotFound for others (law 6).
func findPicture(ctx context.Context, r store.Reader, a store.Actor, id int64) (*Picture, error) {
	p, ok, err := store.Maybe[Picture](ctx, r, sqlPicture, a.Agency, id)
	if err == nil && (!ok || !p.owns(a) && !KeepsPictures(a)) {
		err = store.Refuse(store.NotFound, "Không tìm thấy hình ảnh này trong phạm vi ông/bà được xem.")
	}
	if err != nil {
		return nil, err
	}
	return &p, nil
}

// pictureToDecide gives a waiting version to an administrator who may decide on it, and notes whether he decides alone.
func pictureToDecide(ctx context.Context, tx *store.Tx, id int64) (*Picture, error) {
	a := tx.Actor()
	p, err := findPicture(ctx, tx, a, id)
	if err != nil {
		return nil, err
	}
	p.Alone, err = mayDecide(ctx, tx, a, p, today(tx.Now()))
	if err != nil {
		return nil, err
	}
	return p, nil
}

// MayDecide tells why the actor may not approve or reject a version today; nil when he may.
func MayDecide(ctx context.Context, r store.Reader, a store.Actor, p *Picture, on calendar.Date) error {
	_, err := mayDecide(ctx, r, a, p, on)
	return err
}

// mayDecide also tells whether he would do so as the only administrator, on his own proposal.
func mayDecide(ctx context.Context, r store.Reader, a store.Actor, p *Picture, on calendar.Date) (alone bool, err error) {
	switch {
	case !DecidesPictures(a):
		return false, store.Refuse(store.Forbidden, "Chỉ quản trị của cơ quan được phê duyệt hình ảnh và vị trí chữ ký.")
	case p.State != PictureProposed:
		return false, store.Refuse(store.Conflict, "Đề xuất này đã được người khác xử lý. Không có gì thay đổi.")
	case p.owns(a):
		return false, store.Refuse(store.Forbidden, "Không ai tự phê duyệt chữ ký của mình. Đề nghị quản trị khác thực hiện.")
	case p.ProposedBy != a.Person:
		return false, nil
	}
	admins, err := administrators(ctx, r, a.Agency, on)
	if err == nil && len(without(admins, a.Person)) > 0 {
		err = store.Refuse(store.Forbidden, "Ông/Bà là người đề xuất nên không tự phê duyệt được. Đề xuất được giữ nguyên; đề nghị quản trị khác của cơ quan phê duyệt.")
	}
	return err == nil, err
}

func (p *Picture) mayWithdraw(a store.Actor) error {
	if p.owns(a) || DecidesPictures(a) || p.State == PictureProposed && p.ProposedBy == a.Person && a.For == 0 {
		return nil
	}
	return store.Refuse(store.Forbidden, "Chỉ người đề xuất (khi còn chờ) hoặc quản trị của cơ quan được thu hồi.")
}

// administrators lists the people who hold a post of administrator in an agency on a day, each once.
func administrators(ctx context.Context, r store.Reader, agency int64, on calendar.Date) ([]int64, error) {
	staff, err := org.Staff(ctx, r, org.AgencyID(agency), on)
	var out []int64
	for _, h := range staff {
		if h.Roles.Has(store.AgencyAdmin) && !contains(out, int64(h.PersonID)) {
			out = append(out, int64(h.PersonID))
		}
	}
	return out, err
}

// MyPictures lists the versions of the actor's own signature in his agency, newest first.
func MyPictures(ctx context.Context, r store.Reader, a store.Actor) ([]Picture, error) {
	if a.Person == 0 || a.For != 0 {
		return nil, mayPropose(a, PictureSignature)
	}
	return store.All[Picture](ctx, r, sqlPicturesOf, a.Agency, OwnerPerson, a.Person)
}

// AgencyPictures lists the versions of seal and placing of the actor's agency, newest first of each kind, to those who keep them.
func AgencyPictures(ctx context.Context, r store.Reader, a store.Actor) ([]Picture, error) {
	if !KeepsPictures(a) {
		return nil, mayPropose(a, PictureSeal)
	}
	return store.All[Picture](ctx, r, sqlPicturesOf, a.Agency, OwnerAgency, a.Agency)
}

// WaitingPictures lists what an administrator of the agency is to decide on, oldest first; each with who owns it.
func WaitingPictures(ctx context.Context, r store.Reader, a store.Actor) ([]Picture, error) {
	if !KeepsPictures(a) {
		return nil, mayPropose(a, PictureSeal)
	}
	return store.All[Picture](ctx, r, sqlPicturesWaiting, a.Agency)
}

// PictureOn gives the version that serves an owner of the actor's agency on a day; ok is false when there is none.
func PictureOn(ctx context.Context, r store.Reader, a store.Actor, kind PictureKind, on calendar.Date) (Picture, bool, error) {
	owner, id := OwnerAgency, a.Agency
	if kind == PictureSignature {
		owner, id = OwnerPerson, a.Person
	}
	return store.Maybe[Picture](ctx, r, sqlPictureOn, a.Agency, owner, id, kind, on)
}

// FindPicture gives one version to those who may see it.
func FindPicture(ctx context.Context, r store.Reader, a store.Actor, id int64) (*Picture, error) {
	return findPicture(ctx, r, a, id)
}
