/* Every validator, sorted: VALIDATOR(luhn_card) is the function shield_check_luhn_card and goes by
 * `check luhn_card` in the rules. Include this with VALIDATOR defined. */
