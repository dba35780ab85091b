import { Field } from '@base-ui/react/field';
import { useState } from 'react';
import { isReadable, locales, mostLogoBytes, paperSizes } from '../../../src/domain/letterhead.ts';
import type { Letterhead } from '../api.ts';
import { fieldWords } from '../fields/field-words.ts';
import { TextField } from '../fields/TextField.tsx';
import { texts } from '../texts/staff.ts';
import { Button } from '../ui/Button.tsx';

const words = texts.settingsPage;

/** Shown first, once it is wanted: the portal's own. */
const firstColour = '#0f5c5c';

type Fields = {
  org: Letterhead;
  onChange: (change: Partial<Letterhead>) => void;
};

/** How the organization presents itself to its customers. */
export function LetterheadFields({ org, onChange }: Fields) {
  return (
    <>
      <TextField
        name="address"
        label={words.address}
        kind="paragraphs"
        most={500}
        isOptional
        value={org.address ?? ''}
        onChange={(address) => onChange({ address: address || null })}
      />
      <TextField
        name="phone"
        label={words.phone}
        most={50}
        isOptional
        value={org.phone ?? ''}
        onChange={(phone) => onChange({ phone: phone || null })}
      />
      <TextField
        name="web"
        label={words.web}
        most={200}
        isOptional
        value={org.web ?? ''}
        onChange={(web) => onChange({ web: web || null })}
      />
      <TextField
        name="tax_id"
        label={words.taxId}
        most={50}
        isOptional
        value={org.tax_id ?? ''}
        onChange={(taxId) => onChange({ tax_id: taxId || null })}
      />
      <LogoField org={org} onChange={onChange} />
      <label className="check">
        <input
          type="checkbox"
          checked={Boolean(org.colour)}
          onChange={({ target }) => onChange({ colour: target.checked ? firstColour : null })}
        />
        {words.ownColour}
      </label>
      {org.colour && (
        <Field.Root
          name="colour"
          className="field"
          validationMode="onChange"
          validate={(colour) => (isReadable(String(colour)) ? null : fieldWords.low_contrast)}
        >
          <Field.Label>{words.colour}</Field.Label>
          <Field.Control
            type="color"
            value={org.colour}
            onValueChange={(colour) => onChange({ colour: colour.toLowerCase() })}
          />
          <Field.Error className="error" />
        </Field.Root>
      )}
      <label>
        {words.locale}
        <select
          name="locale"
          value={org.locale ?? ''}
          // Sound: the field has no other options.
          onChange={({ target }) => onChange({ locale: (target.value || null) as Letterhead['locale'] })}
        >
          <option value="">{words.readersLocale}</option>
          {locales.map((locale) => (
            <option key={locale} value={locale}>
              {inWords(locale)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {words.paperSize}
        <select
          name="paper_size"
          value={org.paper_size ?? ''}
          onChange={({ target }) =>
            onChange({ paper_size: (target.value || null) as Letterhead['paper_size'] })
          }
        >
          <option value="">{words.printersPaper}</option>
          {paperSizes.map((size) => (
            <option key={size} value={size}>
              {words.paperSizes[size]}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

/** A picture that is chosen is shown at once, and saved with the rest. */
function LogoField({ org: { logo }, onChange }: Fields) {
  const [wrong, setWrong] = useState<string | null>(null);
  async function choose(input: HTMLInputElement) {
    const [file] = input.files ?? [];
    if (!file) return;
    const read = await readPicture(file).catch(() => ({ wrong: words.notAPicture }));
    setWrong('wrong' in read ? read.wrong : null);
    if ('url' in read) onChange({ logo: read.url });
    input.value = ''; // the same file can be chosen again
  }
  return (
    <Field.Root name="logo" className="field logo-field" {...(wrong ? { invalid: true } : {})}>
      <Field.Label>{words.logo}</Field.Label>
      {logo && <img src={logo} alt={words.logoNow} />}
      <Field.Control
        type="file"
        accept="image/png,image/jpeg,image/svg+xml"
        onChange={({ target }) => choose(target as HTMLInputElement)}
      />
      <Field.Description className="quiet">{words.logoHint}</Field.Description>
      {wrong ? (
        <Field.Error className="error" match>
          {wrong}
        </Field.Error>
      ) : (
        <Field.Error className="error" />
      )}
      {logo && <Button onClick={() => onChange({ logo: null })}>{words.removeLogo}</Button>}
    </Field.Root>
  );
}

/** The picture as a data: URL, if the browser can show it. */
async function readPicture(file: File): Promise<{ url: string } | { wrong: string }> {
  if (file.size > mostLogoBytes) return { wrong: words.logoTooLarge };
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
  const image = new Image();
  image.src = url;
  await image.decode();
  return { url };
}

/** A locale by its name, with what it looks like: `British English: 31 December 2026`. */
function inWords(locale: string): string {
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' });
  const name = new Intl.DisplayNames('en', { type: 'language' }).of(locale) ?? locale;
  return `${name}: ${date.format(Date.UTC(2026, 11, 31))}`;
}
