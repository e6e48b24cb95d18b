-- What `rails generate devise User` of Devise 4.8.1 makes in a new application of Rails 6.1.7, and a user whom the
-- application made: Tests/Vectors/devise-schema.
CREATE TABLE public.users (
    id bigint NOT NULL,
    email character varying DEFAULT ''::character varying NOT NULL,
    encrypted_password character varying DEFAULT ''::character varying NOT NULL,
    reset_password_token character varying,
    reset_password_sent_at timestamp without time zone,
    remember_created_at timestamp without time zone,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);
CREATE SEQUENCE public.users_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.users_id_seq OWNED BY public.users.id;
ALTER TABLE ONLY public.users ALTER COLUMN id SET DEFAULT nextval('public.users_id_seq'::regclass);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
CREATE UNIQUE INDEX index_users_on_email ON public.users USING btree (email);
CREATE UNIQUE INDEX index_users_on_reset_password_token ON public.users USING btree (reset_password_token);
INSERT INTO public.users VALUES (1, 'ann@example.org', '$2a$04$YSdlBrtPB37vUT6PaEEPxuPD3yZNqxTmW4m.wfdzQPUJO4WAGUk7C', NULL, NULL, NULL, '2026-11-23 15:36:12.458388', '2026-11-23 15:36:12.458388');
SELECT pg_catalog.setval('public.users_id_seq', 1, true);
