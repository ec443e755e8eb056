/** All that the server reports, member by member: also what has no place elsewhere on the page. */
import type { JSX } from 'preact';
import type { StatusProps } from './view-props.ts';

export function AllFacts({ status, texts }: StatusProps): JSX.Element {
  const { all } = texts;
  return (
    <details class="panel all">
      <summary>{all.heading}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{all.member}</th>
            <th scope="col">{all.value}</th>
          </tr>
        </thead>
        <tbody>
          {status.all.map(({ path, text }) => (
            <tr key={path}>
              <th scope="row">{path}</th>
              <td>{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
