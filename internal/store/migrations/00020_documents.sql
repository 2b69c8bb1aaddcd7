-- +goose Up
CREATE TABLE documents_types (
  code TEXT NOT NULL PRIMARY KEY,
  abbr TEXT NOT NULL,
  name TEXT NOT NULL,
  form TEXT NOT NULL,
  category TEXT NOT NULL CHECK (category IN ('administrative', 'copy', 'normative')),
  ordinal BIGINT NOT NULL
) /*STRICT*/;
INSERT INTO documents_types (code, abbr, name, form, category, ordinal) VALUES
  ('NGHI_QUYET', 'NQ', 'Nghị quyết', '1.1', 'administrative', 1),
  ('QUYET_DINH', 'QĐ', 'Quyết định', '1.2', 'administrative', 2),
  ('CHI_THI', 'CT', 'Chỉ thị', '1.4', 'administrative', 3),
  ('QUY_CHE', 'QC', 'Quy chế', '1.4', 'administrative', 4),
  ('QUY_DINH', 'QyĐ', 'Quy định', '1.4', 'administrative', 5),
  ('THONG_CAO', 'TC', 'Thông cáo', '1.4', 'administrative', 6),
  ('THONG_BAO', 'TB', 'Thông báo', '1.4', 'administrative', 7),
  ('HUONG_DAN', 'HD', 'Hướng dẫn', '1.4', 'administrative', 8),
  ('CHUONG_TRINH', 'CTr', 'Chương trình', '1.4', 'administrative', 9),
  ('KE_HOACH', 'KH', 'Kế hoạch', '1.4', 'administrative', 10),
  ('PHUONG_AN', 'PA', 'Phương án', '1.4', 'administrative', 11),
  ('DE_AN', 'ĐA', 'Đề án', '1.4', 'administrative', 12),
  ('DU_AN', 'DA', 'Dự án', '1.4', 'administrative', 13),
  ('BAO_CAO', 'BC', 'Báo cáo', '1.4', 'administrative', 14),
  ('BIEN_BAN', 'BB', 'Biên bản', '1.9', 'administrative', 15),
  ('TO_TRINH', 'TTr', 'Tờ trình', '1.4', 'administrative', 16),
  ('HOP_DONG', 'HĐ', 'Hợp đồng', '', 'administrative', 17),
  ('CONG_VAN', '', 'Công văn', '1.5', 'administrative', 18),
  ('CONG_DIEN', 'CĐ', 'Công điện', '1.6', 'administrative', 19),
  ('BAN_GHI_NHO', 'BGN', 'Bản ghi nhớ', '', 'administrative', 20),
  ('BAN_THOA_THUAN', 'BTT', 'Bản thỏa thuận', '', 'administrative', 21),
  ('GIAY_UY_QUYEN', 'GUQ', 'Giấy ủy quyền', '1.4', 'administrative', 22),
  ('GIAY_MOI', 'GM', 'Giấy mời', '1.7', 'administrative', 23),
  ('GIAY_GIOI_THIEU', 'GGT', 'Giấy giới thiệu', '1.8', 'administrative', 24),
  ('GIAY_NGHI_PHEP', 'GNP', 'Giấy nghỉ phép', '1.10', 'administrative', 25),
  ('PHIEU_GUI', 'PG', 'Phiếu gửi', '1.4', 'administrative', 26),
  ('PHIEU_CHUYEN', 'PC', 'Phiếu chuyển', '1.4', 'administrative', 27),
  ('PHIEU_BAO', 'PB', 'Phiếu báo', '1.4', 'administrative', 28),
  ('THU_CONG', '', 'Thư công', '', 'administrative', 29),
  ('SAO_Y', 'SY', 'Bản sao y', '3.1', 'copy', 30),
  ('TRICH_SAO', 'TrS', 'Bản trích sao', '3.1', 'copy', 31),
  ('SAO_LUC', 'SL', 'Bản sao lục', '3.1', 'copy', 32);

CREATE TABLE documents_registers (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  year BIGINT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('outgoing', 'incoming')),
  name TEXT NOT NULL,
  type_codes TEXT NOT NULL,
  is_default BOOLEAN NOT NULL,
  locked_on TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX documents_registers_default ON documents_registers (agency_id, direction, year) WHERE is_default;
CREATE INDEX documents_registers_year ON documents_registers (agency_id, direction, year);

CREATE TABLE documents_files (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  ref TEXT NOT NULL,
  name TEXT NOT NULL,
  size BIGINT NOT NULL,
  sha TEXT NOT NULL,
  media TEXT NOT NULL,
  pages BIGINT NOT NULL,
  main BOOLEAN NOT NULL,
  ordinal BIGINT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('', 'passed', 'indeterminate', 'failed', 'none')),
  verdict_report JSON NOT NULL,
  at_us BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_files_ref ON documents_files (agency_id, ref, ordinal);
CREATE INDEX documents_files_sha ON documents_files (sha);

CREATE TABLE documents_versions (
  agency_id BIGINT NOT NULL,
  ref TEXT NOT NULL,
  no BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('laid_out', 'uploaded', 'signed', 'sealed', 'annex_sealed')),
  file_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  size BIGINT NOT NULL,
  sha TEXT NOT NULL,
  pages BIGINT NOT NULL,
  boxes JSON NOT NULL,
  content JSON NOT NULL,
  verdict TEXT NOT NULL,
  verdict_report JSON NOT NULL,
  at_us BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  holding_id BIGINT NOT NULL,
  PRIMARY KEY (agency_id, ref, no)
) /*STRICT*/;
CREATE INDEX documents_versions_sha ON documents_versions (sha);

CREATE TABLE documents_history (
  agency_id BIGINT NOT NULL,
  ref TEXT NOT NULL,
  id BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  act TEXT NOT NULL,
  person_id BIGINT NOT NULL,
  holding_id BIGINT NOT NULL,
  for_id BIGINT NOT NULL,
  who TEXT NOT NULL,
  post TEXT NOT NULL,
  what JSON NOT NULL,
  note TEXT NOT NULL,
  late BOOLEAN NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (agency_id, ref, id)
) /*STRICT*/;

CREATE TABLE documents_certificates (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  owner_kind TEXT NOT NULL CHECK (owner_kind IN ('person', 'agency')),
  owner_id BIGINT NOT NULL,
  fingerprint TEXT NOT NULL,
  subject TEXT NOT NULL,
  issuer TEXT NOT NULL,
  serial TEXT NOT NULL,
  valid_from_us BIGINT NOT NULL,
  valid_to_us BIGINT NOT NULL,
  method TEXT NOT NULL CHECK (method IN ('usb_token', 'sim_pki', 'remote', 'server_key')),
  key_name TEXT NOT NULL,
  image_sha TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'withdrawn')),
  approved_by BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE UNIQUE INDEX documents_certificates_active ON documents_certificates (agency_id, owner_kind, owner_id) WHERE state = 'active';
CREATE INDEX documents_certificates_image ON documents_certificates (image_sha);

CREATE TABLE documents_outgoing (
  agency_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'in_review', 'returned', 'awaiting_signature', 'signed', 'numbered', 'sealed', 'issued', 'cancelled')),
  revision BIGINT NOT NULL,
  type_code TEXT NOT NULL,
  type_name TEXT NOT NULL,
  form TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  legal_bases JSON NOT NULL,
  addressees JSON NOT NULL,
  annexes JSON NOT NULL,
  meeting JSON NOT NULL,
  authority TEXT NOT NULL,
  field_abbr TEXT NOT NULL,
  urgency BIGINT NOT NULL CHECK (urgency BETWEEN 0 AND 3),
  due_date TEXT NOT NULL,
  reply_to BIGINT NOT NULL,
  kept_copies BIGINT NOT NULL,
  restricted BOOLEAN NOT NULL,
  unit_id BIGINT NOT NULL,
  unit_name TEXT NOT NULL,
  drafter_id BIGINT NOT NULL,
  drafter_holding BIGINT NOT NULL,
  drafter_name TEXT NOT NULL,
  holder_holding BIGINT NOT NULL,
  holder_person BIGINT NOT NULL,
  holder_name TEXT NOT NULL,
  signer_holding BIGINT NOT NULL,
  signer_person BIGINT NOT NULL,
  signer_name TEXT NOT NULL,
  capacity TEXT NOT NULL,
  capacity_lines JSON NOT NULL,
  signer_position TEXT NOT NULL,
  delegation_id BIGINT NOT NULL,
  content_no BIGINT NOT NULL,
  file_content_no BIGINT NOT NULL,
  main_file BIGINT NOT NULL,
  version BIGINT NOT NULL,
  register_id BIGINT NOT NULL,
  year BIGINT NOT NULL,
  number BIGINT NOT NULL,
  notation TEXT NOT NULL,
  number_text TEXT NOT NULL,
  issued_date TEXT NOT NULL,
  document_id TEXT NOT NULL,
  signed_us BIGINT NOT NULL,
  numbered_us BIGINT NOT NULL,
  sealed_us BIGINT NOT NULL,
  issued_us BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  search_text TEXT NOT NULL,
  PRIMARY KEY (agency_id, id)
) /*STRICT*/;
CREATE INDEX documents_outgoing_all ON documents_outgoing (agency_id, at_us, id);
CREATE INDEX documents_outgoing_state ON documents_outgoing (agency_id, state, at_us, id);
CREATE INDEX documents_outgoing_drafter ON documents_outgoing (agency_id, drafter_id, state, at_us, id);
CREATE INDEX documents_outgoing_holder ON documents_outgoing (agency_id, holder_holding, state, at_us, id);
CREATE INDEX documents_outgoing_reply ON documents_outgoing (agency_id, reply_to) WHERE reply_to <> 0;
CREATE UNIQUE INDEX documents_outgoing_document ON documents_outgoing (document_id) WHERE document_id <> '';

CREATE TABLE documents_numbers (
  agency_id BIGINT NOT NULL,
  register_id BIGINT NOT NULL,
  year BIGINT NOT NULL,
  number BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  notation TEXT NOT NULL,
  issued_date TEXT NOT NULL,
  draw_key TEXT NOT NULL,
  void_reason TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (agency_id, register_id, year, number)
) /*STRICT*/;
CREATE UNIQUE INDEX documents_numbers_key ON documents_numbers (agency_id, draw_key);
CREATE UNIQUE INDEX documents_numbers_document ON documents_numbers (agency_id, outgoing_id);
CREATE UNIQUE INDEX documents_numbers_notation ON documents_numbers (agency_id, year, notation, number) WHERE void_reason = '';

CREATE TABLE documents_receivers (
  agency_id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  ordinal BIGINT NOT NULL,
  receiver_agency BIGINT NOT NULL,
  receiver_unit BIGINT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('action', 'information')),
  PRIMARY KEY (agency_id, outgoing_id, ordinal)
) /*STRICT*/;
CREATE INDEX documents_receivers_agency ON documents_receivers (receiver_agency, outgoing_id);

CREATE TABLE documents_participants (
  agency_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  outgoing_id BIGINT NOT NULL,
  PRIMARY KEY (agency_id, person_id, outgoing_id)
) /*STRICT*/;
