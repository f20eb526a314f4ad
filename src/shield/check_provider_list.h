/* One line a shape, by rule: its literal, its traits, its parts. Those of one literal stand one
 * behind the other. Include with SHAPE, INSIDE, PART and THEN defined, as check_provider.c does. */

/* S04 Google OAuth */
SHAPE("ya29.", 0, PART(BASE64URL, 30, NO_LIMIT)),
    SHAPE("ya29.", 0, THEN(LOWER, 1, 1, "."), PART(BASE64URL, 30, NO_LIMIT)),
    SHAPE("GOCSPX-", 0, PART(BASE64URL, 28, 28)), SHAPE("1//0", NO_WORDS, PART(BASE64URL, 40, 120)),

    /* S08 GitHub */
    SHAPE("ghp_", CRC_BASE62, PART(ALNUM, 36, 36)), SHAPE("gho_", CRC_BASE62, PART(ALNUM, 36, 36)),
    SHAPE("ghu_", CRC_BASE62, PART(ALNUM, 36, 36)), SHAPE("ghs_", CRC_BASE62, PART(ALNUM, 36, 36)),
    SHAPE("ghr_", CRC_BASE62, PART(ALNUM, 36, 36)), SHAPE("ghr_", NO_WORDS, PART(ALNUM, 76, 76)),
    SHAPE("github_pat_", 0, THEN(ALNUM, 22, 22, "_"), PART(ALNUM, 59, 59)),

    /* S09 GitLab */
    SHAPE("glpat-", NO_WORDS, PART(BASE64URL, 20, 20)),
    SHAPE("glpat-", NO_WORDS, THEN(BASE64URL, 27, 300, "."), PART(ALNUM, 9, 9)),
    SHAPE("glpat-", NO_WORDS, THEN(BASE64URL, 27, 300, "."), THEN(ALNUM, 2, 2, "."),
          PART(ALNUM, 9, 9)),
    SHAPE("gldt-", NO_WORDS, PART(BASE64URL, 20, 20)),
    SHAPE("glrt-", NO_WORDS, PART(BASE64URL, 20, 20)),
    SHAPE("glrt-", NO_WORDS, THEN(BASE64URL, 27, 300, "."), PART(ALNUM, 9, 9)),
    SHAPE("glrt-", NO_WORDS, THEN(BASE64URL, 27, 300, "."), THEN(ALNUM, 2, 2, "."),
          PART(ALNUM, 9, 9)),
    SHAPE("glcbt-", NO_WORDS, THEN(ALNUM, 1, 5, "_"), PART(BASE64URL, 20, 20)),
    SHAPE("glptt-", LOWER_HEX, PART(HEX, 40, 40)),
    SHAPE("glft-", NO_WORDS, PART(BASE64URL, 20, 20)),
    SHAPE("glsoat-", NO_WORDS, PART(BASE64URL, 20, 20)),
    SHAPE("glimt-", NO_WORDS, PART(BASE64URL, 25, 25)),
    SHAPE("glagent-", NO_WORDS, PART(BASE64URL, 50, 50)),
    SHAPE("gloas-", LOWER_HEX, PART(HEX, 64, 64)),

    /* S10 Slack */
    SHAPE("xoxb-", 0, THEN(DIGIT, 8, 14, "-"), PART(BASE64URL, 18, 120)),
    SHAPE("xoxp-", 0, THEN(DIGIT, 8, 14, "-"), PART(BASE64URL, 18, 120)),
    SHAPE("xoxa-", 0, PART(BASE64URL, 30, 160)), SHAPE("xoxr-", 0, PART(BASE64URL, 30, 160)),
    SHAPE("xoxs-", 0, PART(BASE64URL, 30, 160)),
    SHAPE("xoxe-", 0, THEN(DIGIT, 1, 1, "-"), PART(BASE64URL, 100, 250)),
    SHAPE("xoxe.xoxp-", 0, THEN(DIGIT, 1, 1, "-"), PART(BASE64URL, 100, 250)),
    SHAPE("xoxe.xoxb-", 0, THEN(DIGIT, 1, 1, "-"), PART(BASE64URL, 100, 250)),
    SHAPE("xapp-", LOWER_HEX, THEN(DIGIT, 1, 1, "-"), THEN(ALNUM, 8, 14, "-"),
          THEN(DIGIT, 8, 16, "-"), PART(HEX, 64, 64)),
    SHAPE("hooks.slack.com/services/", 0, THEN(ALNUM, 8, 12, "/"), THEN(ALNUM, 8, 12, "/"),
          PART(ALNUM, 20, 26)),
    SHAPE("hooks.slack.com/workflows/", 0, THEN(ALNUM, 8, 12, "/"), THEN(ALNUM, 8, 12, "/"),
          THEN(DIGIT, 12, 20, "/"), PART(ALNUM, 20, 26)),
    SHAPE("hooks.slack.com/triggers/", 0, THEN(ALNUM, 8, 12, "/"), THEN(DIGIT, 8, 16, "/"),
          PART(HEX, 32, 32)),

    /* S11 Stripe */
    SHAPE("sk_live_", 0, PART(ALNUM, 16, 247)), SHAPE("rk_live_", 0, PART(ALNUM, 16, 247)),
    SHAPE("sk_test_", TEST_KEY, PART(ALNUM, 16, 247)),
    SHAPE("rk_test_", TEST_KEY, PART(ALNUM, 16, 247)),
    SHAPE("whsec_", NO_WORDS, PART(BASE64, 32, 88)), SHAPE("sk_org_live_", 0, PART(ALNUM, 16, 247)),

    /* S12 keys of AI services */
    SHAPE("sk-proj-", NO_WORDS, PART(BASE64URL, 40, 200)),
    SHAPE("sk-svcacct-", NO_WORDS, PART(BASE64URL, 40, 200)),
    SHAPE("sk-admin-", NO_WORDS, PART(BASE64URL, 40, 200)),
    SHAPE("sk-None-", NO_WORDS, PART(BASE64URL, 40, 200)),
    SHAPE("sk-", NO_WORDS, PART(ALNUM, 48, 48)),
    SHAPE("sk-", NO_WORDS | LOWER_HEX, PART(HEX, 32, 32)),
    SHAPE("sk-ant-api03-", NO_WORDS, PART(BASE64URL, 80, 110)),
    SHAPE("sk-ant-admin01-", NO_WORDS, PART(BASE64URL, 80, 110)),
    SHAPE("sk-ant-oat01-", NO_WORDS, PART(BASE64URL, 80, 110)),
    SHAPE("sk-ant-sid01-", NO_WORDS, PART(BASE64URL, 80, 130)),
    SHAPE("sk-or-v1-", LOWER_HEX, PART(HEX, 64, 64)), SHAPE("hf_", NO_WORDS, PART(ALNUM, 34, 37)),
    SHAPE("api_org_", NO_WORDS, PART(ALNUM, 34, 34)), SHAPE("gsk_", NO_WORDS, PART(ALNUM, 52, 52)),
    SHAPE("r8_", NO_WORDS, PART(ALNUM, 37, 37)), SHAPE("xai-", NO_WORDS, PART(ALNUM, 70, 90)),
    SHAPE("pplx-", NO_WORDS, PART(ALNUM, 48, 56)),
    SHAPE("nvapi-", NO_WORDS, PART(BASE64URL, 60, 70)),
    SHAPE("tgp_v1_", NO_WORDS, PART(BASE64URL, 43, 43)),
    SHAPE("fw_", NO_WORDS, PART(ALNUM, 22, 24)),

    /* S13 package registries */
    SHAPE("npm_", CRC_BASE62, PART(ALNUM, 36, 36)),
    SHAPE("pypi-AgEIcHlwaS5vcmc", 0, PART(BASE64URL, 50, NO_LIMIT)),
    SHAPE("pypi-AgENdGVzdC5weXBpLm9yZw", 0, PART(BASE64URL, 50, NO_LIMIT)),
    SHAPE("rubygems_", LOWER_HEX, PART(HEX, 48, 48)), SHAPE("oy2", NO_WORDS, PART(ALNUM, 43, 43)),
    SHAPE("cio", NO_WORDS, PART(ALNUM, 32, 32)),
    SHAPE("dckr_pat_", NO_WORDS, PART(BASE64URL, 27, 27)),
    SHAPE("dckr_oat_", NO_WORDS, PART(BASE64URL, 32, 32)),

    /* S14 mail */
    SHAPE("SG.", 0, THEN(BASE64URL, 22, 22, "."), PART(BASE64URL, 43, 43)),
    SHAPE("key-", LOWER_HEX, PART(HEX, 32, 32)),
    SHAPE("xkeysib-", LOWER_HEX, THEN(HEX, 64, 64, "-"), PART(ALNUM, 16, 16)),
    SHAPE("xsmtpsib-", LOWER_HEX, THEN(HEX, 64, 64, "-"), PART(ALNUM, 16, 16)),
    SHAPE("re_", NO_WORDS, THEN(ALNUM, 8, 8, "_"), PART(ALNUM, 24, 24)),
    INSIDE(PART(HEX, 32, 32), "-us", 0, PART(DIGIT, 1, 2)),

    /* S15 Twilio */
    SHAPE("SK", LOWER_HEX | WEAK, PART(HEX, 32, 32)),
    SHAPE("AC", LOWER_HEX | WEAK | NEEDS_CONTEXT, PART(HEX, 32, 32)),

    /* S17 hosting */
    SHAPE("dop_v1_", LOWER_HEX, PART(HEX, 64, 64)), SHAPE("doo_v1_", LOWER_HEX, PART(HEX, 64, 64)),
    SHAPE("dor_v1_", LOWER_HEX, PART(HEX, 64, 64)),
    SHAPE("v1.0-", LOWER_HEX, THEN(HEX, 24, 24, "-"), PART(HEX, 146, 146)),
    SHAPE("fo1_", NO_WORDS, PART(BASE64URL, 43, 43)),
    SHAPE("fm1_", NO_WORDS, PART(BASE64, 100, NO_LIMIT)),
    SHAPE("fm1a_", NO_WORDS, PART(BASE64, 100, NO_LIMIT)),
    SHAPE("fm1r_", NO_WORDS, PART(BASE64, 100, NO_LIMIT)),
    SHAPE("fm2_", NO_WORDS, PART(BASE64, 100, NO_LIMIT)),
    SHAPE("HRKU-", LOWER_HEX, THEN(HEX, 8, 8, "-"), THEN(HEX, 4, 4, "-"), THEN(HEX, 4, 4, "-"),
          THEN(HEX, 4, 4, "-"), PART(HEX, 12, 12)),
    SHAPE("HRKU-AA", NO_WORDS, PART(BASE64URL, 58, 58)),
    SHAPE("nfp_", NO_WORDS, PART(ALNUM, 36, 36)), SHAPE("vercel_blob_rw_", 0, PART(WORD, 36, 60)),
    SHAPE("rnd_", NO_WORDS, PART(ALNUM, 28, 32)),

    /* S18 data services */
    SHAPE("dapi", LOWER_HEX, PART(HEX, 32, 32)),
    SHAPE("dapi", LOWER_HEX, THEN(HEX, 32, 32, "-"), PART(DIGIT, 1, 1)),
    SHAPE("dkea", LOWER_HEX, PART(HEX, 32, 32)),
    SHAPE("pscale_tkn_", NO_WORDS, PART(BASE64URL, 32, 64)),
    SHAPE("pscale_pw_", NO_WORDS, PART(BASE64URL, 32, 64)),
    SHAPE("pscale_oauth_", NO_WORDS, PART(BASE64URL, 32, 64)),
    SHAPE("sbp_", LOWER_HEX, PART(HEX, 40, 40)),
    SHAPE("sb_secret_", NO_WORDS, PART(BASE64URL, 28, 44)),
    SHAPE("dp.pt.", NO_WORDS, PART(ALNUM, 40, 44)), SHAPE("dp.ct.", NO_WORDS, PART(ALNUM, 40, 44)),
    SHAPE("dp.sa.", NO_WORDS, PART(ALNUM, 40, 44)), SHAPE("dp.st.", NO_WORDS, PART(ALNUM, 40, 44)),
    SHAPE("dp.st.", NO_WORDS, THEN(BASE64URL, 2, 35, "."), PART(ALNUM, 40, 44)),
    SHAPE("dp.scim.", NO_WORDS, PART(ALNUM, 40, 44)),
    SHAPE("dp.audit.", NO_WORDS, PART(ALNUM, 40, 44)),

    /* S19 work places */
    SHAPE("ATATT3", NO_WORDS, PART(BASE64URL, 150, 220)),
    SHAPE("ATATT3", NO_WORDS, THEN(BASE64URL, 150, 220, "="), PART(HEX, 8, 8)),
    SHAPE("ATCTT3", NO_WORDS, PART(BASE64URL, 150, 220)),
    SHAPE("ATCTT3", NO_WORDS, THEN(BASE64URL, 150, 220, "="), PART(HEX, 8, 8)),
    SHAPE("ATBB", NO_WORDS, PART(ALNUM, 32, 32)), SHAPE("lin_api_", 0, PART(ALNUM, 40, 48)),
    SHAPE("lin_oauth_", LOWER_HEX, PART(HEX, 64, 64)), SHAPE("ntn_", NO_WORDS, PART(ALNUM, 46, 46)),
    SHAPE("secret_", NO_WORDS, PART(ALNUM, 43, 43)),
    SHAPE("figd_", NO_WORDS, PART(BASE64URL, 40, 43)),
    SHAPE("pat", LOWER_HEX, THEN(ALNUM, 14, 14, "."), PART(HEX, 64, 64)),

    /* S20 watching */
    SHAPE("glsa_", CRC_HEX, THEN(ALNUM, 32, 32, "_"), PART(HEX, 8, 8)),
    SHAPE("glc_", NO_WORDS, PART(BASE64, 60, 400)),
    SHAPE("sntrys_", NO_WORDS, THEN(BASE64, 60, 600, "_"), PART(BASE64, 43, 43)),
    SHAPE("sntryu_", LOWER_HEX, PART(HEX, 64, 64)), SHAPE("NRAK-", NO_WORDS, PART(ALNUM, 27, 27)),
    SHAPE("NRJS-", LOWER_HEX, PART(HEX, 19, 19)), SHAPE("NRII-", NO_WORDS, PART(BASE64URL, 32, 32)),
    SHAPE("NRIQ-", NO_WORDS, PART(BASE64URL, 32, 32)),

    /* S21 Telegram: the number of the bot, then the key */
    INSIDE(PART(DIGIT, 8, 10), ":AA", NO_WORDS, PART(BASE64URL, 33, 33)),

    /* S23 vaults */
    SHAPE("ops_eyJ", 0, PART(BASE64, 200, NO_LIMIT)),
    SHAPE("A3-", 0, THEN(ALNUM, 6, 6, "-"), THEN(ALNUM, 6, 6, "-"), THEN(ALNUM, 5, 5, "-"),
          THEN(ALNUM, 5, 5, "-"), PART(ALNUM, 5, 5)),
    SHAPE("AGE-SECRET-KEY-1", BECH32, PART(ALNUM, 58, 58)),
    SHAPE("hvs.", NO_WORDS, PART(BASE64URL, 24, 140)),
    SHAPE("hvb.", NO_WORDS, PART(BASE64URL, 100, 300)),
    SHAPE("hvr.", NO_WORDS, PART(BASE64URL, 90, 300)), SHAPE("pul-", LOWER_HEX, PART(HEX, 40, 40)),
    INSIDE(PART(ALNUM, 14, 14), ".atlasv1.", NO_WORDS, PART(BASE64URL, 60, 70)),
