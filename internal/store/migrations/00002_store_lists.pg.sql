-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION json_each(text) RETURNS TABLE(key text, value text) LANGUAGE sql IMMUTABLE AS
$$ SELECT null::text, jsonb_array_elements_text($1::jsonb) $$;
-- +goose StatementEnd
